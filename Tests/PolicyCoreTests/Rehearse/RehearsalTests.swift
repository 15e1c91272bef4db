import PatternMatching
import Testing

@testable import PolicyCore

struct RehearsalTests {
    static let mia = Asker(address: IPAddress("10.0.0.1"))
    static let begin = at("2026-09-07T00:00:00Z")

    /// A schedule, three kinds of limits, a warning, a media type and a default.
    static func document(block extra: [String] = []) throws -> PolicyDocument {
        var rules = [
            try Building.rule(.block, ["site:night.test"], during: ["night"]),
            try Building.rule(.limit, ["site:game.test"], budget: BudgetAmount(amount: 20, unit: .minutes, period: .day, resets: 0)),
            try Building.rule(.limit, ["site:film.test"], budget: BudgetAmount(amount: 1_500, unit: .bytes, period: .hour, resets: 0)),
            try Building.rule(.limit, ["site:news.test"], budget: BudgetAmount(amount: 4, unit: .visits, period: .week, resets: 0)),
            try Building.rule(.warn, ["site:shop.test"]), try Building.rule(.block, ["type:video/*"]),
        ]
        if !extra.isEmpty { rules.append(try Building.rule(.block, extra)) }
        return PolicyDocument(
            clients: [
                ClientDeclaration(name: "mia", group: "kids", addresses: [try #require(IPPrefix("10.0.0.1"))]),
                ClientDeclaration(name: "tom", group: "kids", macs: [try #require(MACAddress("3c:22:fb:01:02:03"))]),
            ],
            groups: [GroupDeclaration(name: "kids", rules: rules), GroupDeclaration(name: "default", defaultVerdict: .allow)],
            schedules: [
                ScheduleDeclaration(
                    name: "night", windows: [WeeklyWindow(days: .all, from: 1260, to: 420)])
            ])
    }

    static let hosts = ["night.test", "game.test", "film.test", "news.test", "shop.test", "plain.test", "www.game.test"]

    /// Three days of requests with what a proxy under this policy records of them, long tunnels included.
    static func recorded(_ snapshot: PolicySnapshot, count: Int, seed: UInt64) throws -> [RecordedRequest] {
        var random = SeededGenerator(state: seed)
        var proxy = Proxy(snapshot: snapshot)
        return try (0..<count).map { number in
            let time = Instant(milliseconds: begin.milliseconds + Int64(number) * 3 * 86_400_000 / Int64(count))
            let host = hosts[Int.random(in: 0..<hosts.count, using: &random)]
            let isTom = Int.random(in: 0..<3, using: &random) == 0
            let asker = isTom ? Asker(address: IPAddress("10.0.0.77"), mac: MACAddress("3c:22:fb:01:02:03")) : mia
            let minutes = Int.random(in: 0..<8, using: &random) == 0 ? Int64.random(in: 1...9, using: &random) : 0
            let type = Int.random(in: 0..<9, using: &random) == 0 ? "video/mp4" : nil
            let traffic = (0..<minutes).map {
                RecordedRequest.Minute(minute: time.minute + 1 + $0, bytes: UInt64.random(in: 0...900, using: &random))
            }
            let request = RecordedRequest(
                id: "\(number)", time: time, client: isTom ? "tom" : "mia", group: "kids", address: asker.address?.description, user: nil,
                asker: asker, asked: try Building.asked("http://\(host)/\(number % 7)", type: type), sight: .whole,
                recorded: .init(.allow, rule: nil), isPage: number % 2 == 0, bytes: UInt64.random(in: 0...900, using: &random),
                minutes: traffic)
            return proxy.record(request, continues: Int.random(in: 0..<2, using: &random) == 0)
        }
    }

    /// The proxy as far as policies see it, minute by minute, apart from what is tested.
    struct Proxy {
        let snapshot: PolicySnapshot
        let ledger = PolicyLedger()
        var open: [(asked: Asked, identity: Identity, counted: [BudgetKey], minutes: [RecordedRequest.Minute])] = []
        var passed: Set<String> = []

        struct State: PolicyState {
            let ledger: PolicyLedger
            let passes: Bool
            func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
                ledger.used(budget, from: from, to: to, now: now)
            }
            func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool { passes }
        }

        mutating func record(_ request: RecordedRequest, continues: Bool) -> RecordedRequest {
            var request = request
            let identity = snapshot.identify(request.asker)
            let state = State(ledger: ledger, passes: continues)
            // Traffic of tunnels that are open, minute by minute, unless the policy has cut them.
            let due = open.indices.flatMap { index in open[index].minutes.map { (index: index, traffic: $0) } }
                .filter { $0.traffic.minute <= request.time.minute }.sorted { $0.traffic.minute < $1.traffic.minute }
            for (index, traffic) in due where !open[index].minutes.isEmpty {
                let now = Instant(milliseconds: traffic.minute * 60_000)
                let visit = open[index]
                let running = RunningVisitState(state, counted: visit.counted)
                guard case .allow(let ground) = snapshot.decide(visit.asked, by: visit.identity, at: now, state: running) else {
                    open[index].minutes = []
                    continue
                }
                if let budget = ground.budget { ledger.note(BudgetNote(budget: budget, minute: traffic.minute, bytes: traffic.bytes)) }
                open[index].minutes.removeFirst()
            }
            var asked = request.asked
            asked.mediaType = nil
            var decision = snapshot.decide(asked, by: identity, at: request.time, state: state)
            var counted: [BudgetKey] = []
            if case .allow(let ground) = decision {
                if let budget = ground.budget {
                    if request.isPage { counted = [budget] }
                    ledger.note(BudgetNote(budget: budget, minute: request.time.minute, bytes: 0, visits: request.isPage ? 1 : 0))
                }
                if request.asked.mediaType != nil, ground.dependsOnMediaType {
                    decision = snapshot.decide(request.asked, by: identity, at: request.time, state: state)
                }
            }
            if case .allow(let ground) = decision {
                if let budget = ground.budget {
                    ledger.note(BudgetNote(budget: budget, minute: request.time.minute, bytes: request.bytes))
                }
                open.append((request.asked, identity, counted, request.minutes))
            } else {
                (request.bytes, request.minutes) = (0, [])
            }
            if case .warn = decision { request.asked.mediaType = nil }
            request.recorded = .init(decision.verdict, rule: decision.ground.rule, category: decision.ground.category)
            // A visit keeps no MAC address.
            request.asker.mac = nil
            return request
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func thePolicyThatRecordedChangesNothing(_ seed: UInt64) throws {
        let snapshot = try Building.snapshot(try RehearsalTests.document())
        let requests = try RehearsalTests.recorded(snapshot, count: 1_500, seed: seed)
        // Every kind of verdict is among them, or nothing is shown.
        #expect(Set(requests.map(\.recorded.verdict)) == [.allow, .block, .warn])
        for rule in 0..<6 { #expect(requests.contains { $0.recorded.rule == "groups.kids.rules[\(rule)]" }, "rule \(rule)") }
        #expect(requests.contains { $0.recorded.verdict == .block && $0.recorded.rule == "groups.kids.rules[1]" })
        #expect(requests.contains { $0.recorded.verdict == .block && $0.recorded.rule == "groups.kids.rules[2]" })
        var rehearsal = Rehearsal(draft: snapshot, running: snapshot, from: RehearsalTests.begin)
        for request in requests { rehearsal.take(request) }
        let report = rehearsal.report
        #expect(report.judged == 1_500)
        #expect(report.changes.total == 0, "\(report.examples.prefix(3))")
        #expect(report.drifted == 0 && report.byAnotherRule == 0)
    }

    @Test func oneSiteBlockedChangesExactlyItsVisits() throws {
        let snapshot = try Building.snapshot(try RehearsalTests.document())
        let draft = try Building.snapshot(try RehearsalTests.document(block: ["site:plain.test"]))
        let requests = try RehearsalTests.recorded(snapshot, count: 900, seed: 9)
        var rehearsal = Rehearsal(draft: draft, running: snapshot, from: RehearsalTests.begin)
        for request in requests { rehearsal.take(request) }
        let expected = requests.filter { $0.asked.url.host == "plain.test" && $0.recorded.verdict == .allow }
        let report = rehearsal.report
        #expect(!expected.isEmpty && report.changes.blocked == expected.count && report.changes.total == expected.count)
        #expect(report.bySite == [.init(name: "plain.test", counts: report.changes)])
        #expect(report.byGroup.map(\.name) == ["kids"] && report.byRule.map(\.name) == ["groups.kids.rules[6]"])
        #expect(Set(report.byClient.map(\.name)) == ["mia", "tom"])
        #expect(report.byClient.reduce(0) { $0 + $1.counts.total } == expected.count)
        #expect(report.examples.count == RehearsalReport.mostAlike && report.examples.first?.visit == expected.first?.id)
        #expect(report.alreadyToday == 0 && report.drifted == 0)
    }

    /// A smaller budget blocks from the minute on at which it is used up, and what comes after a reset is allowed again.
    @Test func aSmallerBudgetIsUsedUpEarlier() throws {
        func policy(_ minutes: UInt64) throws -> PolicySnapshot {
            let limit = try Building.rule(.limit, ["all"], budget: BudgetAmount(amount: minutes, unit: .minutes, period: .day, resets: 0))
            return try Building.snapshot(PolicyDocument(groups: [GroupDeclaration(name: "default", rules: [limit])]))
        }
        var rehearsal = Rehearsal(draft: try policy(3), running: try policy(60), from: RehearsalTests.begin)
        for day in 0..<2 {
            for minute in 0..<10 {
                let time = Instant(milliseconds: RehearsalTests.begin.milliseconds + Int64(day * 1440 + minute) * 60_000)
                rehearsal.take(try RehearsalTests.request("http://a.test/", time, .allow))
            }
        }
        #expect(rehearsal.report.judged == 20 && rehearsal.report.changes.blocked == 14)
    }

    /// The last page view of a budget stays one that is let through when its media type is known and in its later minutes.
    @Test func visitsAreGivenWhole() throws {
        let limit = try Building.rule(.limit, ["all"], budget: BudgetAmount(amount: 2, unit: .visits, period: .day))
        let group = GroupDeclaration(name: "default", rules: [try Building.rule(.block, ["type:video/*"]), limit])
        let snapshot = try Building.snapshot(PolicyDocument(groups: [group]))
        var rehearsal = Rehearsal(draft: snapshot, running: snapshot, from: RehearsalTests.begin)
        for (number, verdict) in [Verdict.allow, .allow, .block, .block].enumerated() {
            let time = Instant(milliseconds: RehearsalTests.begin.milliseconds + Int64(number) * 60_000)
            var request = try RehearsalTests.request("http://a.test/", time, verdict)
            request.isPage = true
            request.asked.mediaType = "text/html"
            request.minutes = [.init(minute: time.minute + 3, bytes: 10)]
            rehearsal.take(request)
        }
        #expect(rehearsal.report.judged == 4 && rehearsal.report.changes.total == 0, "\(rehearsal.report.examples)")
    }

    /// What the running policy does otherwise by now is told apart from what the draft does.
    @Test func baselines() throws {
        let open = try Building.snapshot(PolicyDocument(groups: [GroupDeclaration(name: "default", defaultVerdict: .allow)]))
        let shut = try Building.snapshot(PolicyDocument(groups: [GroupDeclaration(name: "default", defaultVerdict: .block)]))
        for (baseline, changes) in [(Rehearsal.Baseline.recorded, 1), (.running, 0)] {
            var rehearsal = Rehearsal(draft: shut, running: shut, from: RehearsalTests.begin, baseline: baseline)
            rehearsal.take(try RehearsalTests.request("http://a.test/", RehearsalTests.begin, .allow))
            #expect(rehearsal.report.changes.total == changes && rehearsal.report.drifted == 1)
            #expect(rehearsal.report.alreadyToday == changes)
        }
        var rehearsal = Rehearsal(draft: open, running: shut, from: RehearsalTests.begin)
        rehearsal.take(try RehearsalTests.request("http://a.test/", RehearsalTests.begin, .block))
        #expect(rehearsal.report.changes.allowed == 1 && rehearsal.report.alreadyToday == 0)
    }

    @Test func whatCannotBeKnownIsCounted() throws {
        let open = try Building.snapshot(PolicyDocument(groups: [GroupDeclaration(name: "default", defaultVerdict: .allow)]))
        var rehearsal = Rehearsal(draft: open, running: open, from: RehearsalTests.begin)
        for sight in [RecordedRequest.Sight.tunnel, .pathUnknown, .pathUnknown, .whole] {
            var request = try RehearsalTests.request("http://a.test/", RehearsalTests.begin, .allow)
            request.sight = sight
            rehearsal.take(request)
        }
        rehearsal.passOver(at: RehearsalTests.begin)
        // Before the span: counted for budgets alone.
        rehearsal.take(try RehearsalTests.request("http://a.test/", Instant(milliseconds: RehearsalTests.begin.milliseconds - 1), .block))
        let report = rehearsal.report
        #expect(report.tunnels == 1 && report.pathsUnknown == 2 && report.notJudged == 1 && report.judged == 4 && report.changes.total == 0)
    }

    /// The span reaches back to the start of the longest period a limit has.
    @Test func budgetsReachBack() throws {
        let snapshot = try Building.snapshot(try RehearsalTests.document())
        let rehearsal = Rehearsal(draft: snapshot, running: snapshot, from: at("2026-09-10T12:00:00Z"))
        #expect(rehearsal.start == at("2026-09-07T00:00:00Z") && rehearsal.needsMinutes)
        let open = try Building.snapshot(PolicyDocument(groups: [GroupDeclaration(name: "default")]))
        let plain = Rehearsal(draft: open, running: open, from: at("2026-09-10T12:00:00Z"))
        #expect(plain.start == at("2026-09-10T12:00:00Z") && !plain.needsMinutes)
    }

    private static func request(_ url: String, _ time: Instant, _ verdict: Verdict) throws -> RecordedRequest {
        RecordedRequest(
            id: "x", time: time, client: "10.0.0.1", group: "default", address: "10.0.0.1", user: nil, asker: mia,
            asked: try Building.asked(url), sight: .whole, recorded: .init(verdict, rule: "groups.default.default"))
    }
}
