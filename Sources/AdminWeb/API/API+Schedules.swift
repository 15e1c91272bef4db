import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore

extension API {
    static let schedules: [AdminRoute] = [
        AdminRoute(
            .get, "/api/schedules", .viewer,
            operation: Operation(summary: "Schedules and whether they are open", tag: "policy", answer: "`schedules`")
        ) { request in
            let snapshot = await request.site.policy.snapshot
            return try Reply.json([
                "schedules": snapshot.document.schedules.map {
                    ScheduleAnswer($0, isOpen: snapshot.isOpen(schedule: $0.name, at: request.now))
                }
            ])
        },
        AdminRoute(
            .put, "/api/schedules/:name", .manager,
            operation: Operation(
                summary: "Replace a schedule's weekly windows; its dates and exceptions stay", tag: "policy",
                body: [.init("weekly", "Windows such as {days: [mon], from: 21:00, to: 07:00}", kind: .windows, required: true)],
                answer: "Nothing more")
        ) { request in
            let name = try request.parameter("name")
            let wanted = try request.decoded(ScheduleWanted.self)
            let known = await request.site.policy.snapshot.document.schedules.first { $0.name == name }
            var schedule = known ?? ScheduleDeclaration(name: name)
            schedule.windows = try wanted.weekly.map { try $0.window }
            _ = try await PolicyChange.apply([.setSchedule(schedule)], request, note: request.t("note-schedule", name))
            return try Reply.json(["schedule": name])
        },
        AdminRoute(
            .get, "/api/groups", .viewer,
            operation: Operation(summary: "Groups with their rules in order", tag: "people", answer: "`groups`")
        ) { request in
            let document = await request.site.policy.snapshot.document
            let sentence = RuleSentence(request.t, document)
            return try Reply.json(["groups": document.groups.map { GroupAnswer($0, document, sentence) }])
        },
    ]

    private struct Window: Codable {
        var days: [String]
        var from: String
        var to: String

        init(_ window: WeeklyWindow) {
            days = DaySet.names.enumerated().filter { window.days.contains(weekday: $0.offset) }.map(\.element)
            from = clockText(window.from)
            to = clockText(window.to)
        }

        var window: WeeklyWindow {
            get throws {
                var form = Form()
                for day in days {
                    guard DaySet.names.contains(day) else { throw AdminFailure.bad(day) }
                    form.add("days-0", day)
                }
                form.add("from-0", from)
                form.add("to-0", to)
                guard let window = try SchedulePage.window(0, form) else { throw AdminFailure.bad("days") }
                return window
            }
        }
    }

    private struct ScheduleWanted: Decodable { var weekly: [Window] }

    private struct ScheduleAnswer: Encodable {
        var name: String
        var open: Bool?
        var weekly: [Window]
        var dates: [String]
        var except: [String]

        init(_ schedule: ScheduleDeclaration, isOpen: Bool?) {
            name = schedule.name
            open = isOpen
            weekly = schedule.windows.map { Window($0) }
            dates = schedule.dates.map(\.text)
            except = schedule.exceptSchedules.map(\.name) + schedule.exceptDates.map(\.text)
        }
    }

    private struct GroupAnswer: Encodable {
        struct Rule: Encodable {
            var path: String
            var verb: String
            var text: String
            var reason: String?
        }

        var name: String
        var note: String?
        var inherit: String?
        var rules: [Rule]
        var `default`: String

        init(_ group: GroupDeclaration, _ document: PolicyDocument, _ sentence: RuleSentence) {
            name = group.name
            note = group.note
            inherit = group.inherit
            rules = document.rules(for: group.name).map {
                Rule(path: $0.path, verb: $0.rule.verb.rawValue, text: sentence.text($0.rule), reason: $0.rule.reason)
            }
            self.default = document.effectiveDefault(of: group.name).rawValue
        }
    }
}
