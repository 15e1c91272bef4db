import PatternMatching
import Testing

@testable import PolicyCore

struct ExplainTests {
    static func document() throws -> PolicyDocument {
        var games = Building.category("games", ["games.test"])
        games.title = "Games"
        var limit = try Building.rule(
            .limit, ["games", "site:x.test"], budget: BudgetAmount(amount: 90, unit: .minutes, period: .day, resets: 240))
        limit.reason = "Enough"
        return PolicyDocument(
            clients: [ClientDeclaration(name: "mia", group: "kids", addresses: [try #require(IPPrefix("10.0.0.1"))])],
            groups: [
                GroupDeclaration(
                    name: "kids",
                    rules: [
                        limit, try Building.rule(.block, ["all"], except: ["games"], only: ["kids"], during: ["night"]),
                        try Building.rule(.block, ["type:video/*"]),
                    ]), GroupDeclaration(name: "default", defaultVerdict: .block),
            ], rules: [try Building.rule(.block, ["site:evil.test"], isFinal: true)],
            schedules: [
                ScheduleDeclaration(
                    name: "night",
                    windows: [WeeklyWindow(days: [.init(weekday: 0), .init(weekday: 1), .init(weekday: 2)], from: 1260, to: 420)])
            ],
            categories: [games])
    }

    @Test func summary() throws {
        let snapshot = try Building.snapshot(try ExplainTests.document())
        let kids = try #require(snapshot.summary.groups.first)
        #expect(kids.members == ["mia"])
        #expect(
            kids.effectiveRules.map(\.sentence) == [
                "Block evil.test (final)", "Limit Games and x.test to 1 h 30 min per day, from 04:00 on",
                "Block everything, except Games, during night, only for kids", "Block video/* replies",
            ])
        #expect(kids.effectiveRules.map(\.path) == ["rules[0]", "groups.kids.rules[0]", "groups.kids.rules[1]", "groups.kids.rules[2]"])
        #expect(snapshot.summary.schedules.first?.sentence == "mon to wed 21:00 to 07:00")
        #expect(snapshot.summary.categories.first?.rules == ["groups.kids.rules[0]"])
        #expect(snapshot.with(grants: [], generation: 2).summary == snapshot.summary)
        #expect(snapshot.sentence(ofRule: "groups.kids.rules[9]") == nil)
        #expect(snapshot.isOpen(schedule: "night", at: at("2026-09-07T22:00:00Z")) == true)
        #expect(snapshot.isOpen(schedule: "day", at: at("2026-09-07T22:00:00Z")) == nil)
    }

    @Test func everyRuleTried() throws {
        let snapshot = try Building.snapshot(try ExplainTests.document())
        let mia = Asker(address: IPAddress("10.0.0.1"))
        func trace(_ url: String, _ time: String) throws -> [TraceStep.Result] {
            snapshot.trace(try Building.asked(url), asker: mia, at: at(time), state: FreshState()).map(\.result)
        }
        #expect(try trace("http://y.test/", "2026-09-07T12:00:00Z") == [.noTarget, .noTarget, .scheduleClosed, .needsMediaType, .decided])
        #expect(try trace("http://y.test/", "2026-09-07T22:00:00Z") == [.noTarget, .noTarget, .decided])
        #expect(try trace("http://games.test/", "2026-09-07T22:00:00Z") == [.noTarget, .decided])
        #expect(try trace("http://evil.test/", "2026-09-07T22:00:00Z") == [.decided])
        let step = try #require(
            snapshot.trace(try Building.asked("http://x.test/"), asker: mia, at: at("2026-09-07T12:00:00Z"), state: FreshState()).last)
        #expect(step.verdict == .allow && step.sentence.hasPrefix("Limit Games and x.test"))
    }

    /// What the trace ends with is what was decided, always, and both are what the explanation says.
    @Test func traceAgrees() throws {
        var random = SeededGenerator(state: 99)
        for _ in 0..<200 {
            let policy = try GeneratedPolicy(&random)
            let snapshot = try policy.snapshot()
            for _ in 0..<4 {
                let request = try GeneratedRequest(&random)
                let state = GeneratedState(request, policy, &random)
                let asked = try request.asked()
                let explained = snapshot.explain(asked, asker: request.asker, at: request.now, state: state)
                let last = snapshot.trace(asked, asker: request.asker, at: request.now, state: state).last
                #expect(last?.rule == explained.rule && last?.verdict == explained.verdict && last?.applied == true, "\(request) \(policy)")
                let decision = snapshot.decide(asked, by: snapshot.identify(request.asker), at: request.now, state: state)
                #expect(decision.ground.rule == explained.rule && decision.ground.category == explained.category)
                #expect(decision.verdict == explained.verdict)
                if explained.category != nil, explained.category != "uncategorized" {
                    #expect(explained.categories.contains(explained.category ?? ""), "\(request) \(policy)")
                }
            }
        }
    }
}
