import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore

/// One schedule as rows of days and times; several windows a day, past midnight too.
enum SchedulePage {
    static let mostWindows = 30

    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        let document = await request.site.policy.snapshot.document
        let schedule = try schedule(name, document)
        let blank = WeeklyWindow(days: [], from: 0, to: 0)
        let view: View = [
            "heading": name, "text": schedule.text(request.t), "read-only": await request.site.policy.status().isReadOnly,
            "windows": (schedule.windows + [blank, blank]).enumerated().map { row($1, number: $0, request.t) },
            "other": schedule.dates.isEmpty && schedule.exceptDates.isEmpty && schedule.exceptSchedules.isEmpty ? nil : true,
            "timezone": schedule.timezone ?? document.timezone,
        ]
        return try await request.page("schedule", title: name, in: .policy, view)
    }

    /// The one of that name, or a new one.
    private static func schedule(_ name: String, _ document: PolicyDocument) throws -> ScheduleDeclaration {
        if let known = document.schedules.first(where: { $0.name == name }) { return known }
        guard name.wholeMatch(of: /[a-z0-9][a-z0-9\-]{0,62}/) != nil else { throw AdminFailure.notFound }
        return ScheduleDeclaration(name: name)
    }

    /// To the page of the one named in a form, which may be a new one.
    @Sendable static func open(_ request: AdminRequest) async throws -> Response {
        Reply.seeOther(request.query.text("name").map { "/schedules/\(Form.encode($0))" } ?? "/policy")
    }

    private static func row(_ window: WeeklyWindow, number: Int, _ t: Messages) -> View {
        let isBlank = window.days.isEmpty
        return [
            "number": "\(number)", "from": isBlank ? "" : clockText(window.from), "to": isBlank ? "" : clockText(window.to),
            "days": DaySet.names.enumerated().map { index, name -> View in
                ["value": name, "label": t["day-\(name)"], "chosen": window.days.contains(weekday: index)]
            },
        ]
    }

    @Sendable static func save(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        let document = await request.site.policy.snapshot.document
        var schedule = try schedule(name, document)
        schedule.windows = try (0..<mostWindows).compactMap { try window($0, request.form) }
        let revision = try await PolicyChange.apply([.setSchedule(schedule)], request, note: request.t("note-schedule", name))
        return Reply.seeOther("/schedules/\(Form.encode(name))" + PolicyChange.done("schedule-saved", revision))
    }

    /// A row of the form; nil where no day is chosen.
    static func window(_ number: Int, _ form: Form) throws -> WeeklyWindow? {
        let days = form.all("days-\(number)").compactMap { DaySet.names.firstIndex(of: $0) }
        guard !days.isEmpty else { return nil }
        guard let from = minute(form.text("from-\(number)") ?? "00:00"), let to = minute(form.text("to-\(number)") ?? "24:00"), from < 1440
        else {
            throw AdminFailure.bad("\(form["from-\(number)"] ?? "")–\(form["to-\(number)"] ?? "")")
        }
        return WeeklyWindow(days: days.reduce(into: DaySet()) { $0.formUnion(DaySet(weekday: $1)) }, from: from, to: to)
    }

    /// `21:00` or `24:00`.
    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0...24).contains(hour), (0..<60).contains(minute),
            hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }
}
