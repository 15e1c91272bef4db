import Testing

@testable import PolicyCore

struct BudgetTests {
    struct Span: CustomTestStringConvertible, Sendable {
        let period: BudgetAmount.Period
        var resets = 0
        let zone: String
        let now: String
        let from: String
        let to: String
        var testDescription: String { "\(period) \(zone) \(now)" }
    }

    static let spans = [
        Span(
            period: .day, zone: "Europe/Berlin", now: "2026-09-01T18:30:00+02:00", from: "2026-09-01T00:00:00+02:00",
            to: "2026-09-02T00:00:00+02:00"),
        Span(
            period: .day, zone: "Europe/Berlin", now: "2026-10-25T12:00:00+01:00", from: "2026-10-25T00:00:00+02:00",
            to: "2026-10-26T00:00:00+01:00"),
        Span(
            period: .day, resets: 240, zone: "Europe/Berlin", now: "2026-09-01T03:59:59+02:00", from: "2026-08-31T04:00:00+02:00",
            to: "2026-09-01T04:00:00+02:00"),
        Span(
            period: .day, resets: 240, zone: "Europe/Berlin", now: "2026-09-01T04:00:00+02:00", from: "2026-09-01T04:00:00+02:00",
            to: "2026-09-02T04:00:00+02:00"),
        // 02:30 does not exist on this day: it begins when the clock jumps over it.
        Span(
            period: .day, resets: 150, zone: "Europe/Berlin", now: "2027-03-28T12:00:00+02:00", from: "2027-03-28T03:00:00+02:00",
            to: "2027-03-29T02:30:00+02:00"),
        // 02:30 comes twice: it begins the first time and does not begin again.
        Span(
            period: .day, resets: 150, zone: "Europe/Berlin", now: "2026-10-25T02:15:00+01:00", from: "2026-10-25T02:30:00+02:00",
            to: "2026-10-26T02:30:00+01:00"),
        // Midnight does not exist (Beirut), and comes twice (Havana).
        Span(
            period: .day, zone: "Asia/Beirut", now: "2026-03-29T12:00:00+03:00", from: "2026-03-29T01:00:00+03:00",
            to: "2026-03-30T00:00:00+03:00"),
        Span(
            period: .day, zone: "America/Havana", now: "2024-11-03T00:30:00-05:00", from: "2024-11-03T00:00:00-04:00",
            to: "2024-11-04T00:00:00-05:00"),
        Span(
            period: .day, zone: "Asia/Beirut", now: "2026-10-24T23:30:00+02:00", from: "2026-10-24T00:00:00+03:00",
            to: "2026-10-25T00:00:00+02:00"),
        Span(
            period: .week, zone: "Europe/Berlin", now: "2026-09-06T23:59:59+02:00", from: "2026-08-31T00:00:00+02:00",
            to: "2026-09-07T00:00:00+02:00"),
        Span(
            period: .week, zone: "Europe/Berlin", now: "2026-09-07T00:00:00+02:00", from: "2026-09-07T00:00:00+02:00",
            to: "2026-09-14T00:00:00+02:00"),
        Span(
            period: .week, resets: 240, zone: "Europe/Berlin", now: "2026-09-07T03:00:00+02:00", from: "2026-08-31T04:00:00+02:00",
            to: "2026-09-07T04:00:00+02:00"),
        Span(
            period: .hour, zone: "Europe/Berlin", now: "2026-09-01T18:30:00+02:00", from: "2026-09-01T18:00:00+02:00",
            to: "2026-09-01T19:00:00+02:00"),
        Span(
            period: .hour, zone: "Asia/Kathmandu", now: "2026-09-01T18:30:00+05:45", from: "2026-09-01T18:00:00+05:45",
            to: "2026-09-01T19:00:00+05:45"),
        Span(
            period: .hour, zone: "Europe/Berlin", now: "2026-10-25T02:30:00+01:00", from: "2026-10-25T02:00:00+01:00",
            to: "2026-10-25T03:00:00+01:00"),
    ]

    @Test(arguments: spans) func period(_ span: Span) throws {
        let zone = try #require(FileZones().zone(span.zone))
        let budget = BudgetAmount(amount: 1, unit: .minutes, period: span.period, resets: span.resets)
        let period = budget.period(at: at(span.now), in: zone)
        #expect(period.from.rfc3339(in: zone) == span.from)
        #expect(period.to.rfc3339(in: zone) == span.to)
    }

    /// Every moment is in exactly one period, and periods follow on one another, through both changes of the clock.
    @Test(arguments: ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut"], [BudgetAmount.Period.hour, .day, .week])
    func periodsTile(_ name: String, _ kind: BudgetAmount.Period) throws {
        let zone = try #require(FileZones().zone(name))
        for resets in kind == .hour ? [0] : [0, 90, 150, 1439] {
            let budget = BudgetAmount(amount: 1, unit: .minutes, period: kind, resets: resets)
            let rule = CompiledRule(path: "r", verb: .limit, targets: [.all], categories: [], budget: budget)
            var last: (from: Instant, to: Instant)?
            for second in stride(from: at("2026-03-01T00:00:00Z").seconds, to: at("2026-11-15T00:00:00Z").seconds, by: 1733) {
                let now = Instant(seconds: second)
                let period = budget.period(at: now, in: zone)
                #expect(period.from <= now && now < period.to)
                // A rule keeps the one asked for last, which a moment before it has to leave alone.
                for moment in [now, Instant(milliseconds: period.to.milliseconds - 1), Instant(seconds: second - 90_000), now] {
                    #expect(rule.period(of: budget, at: moment, in: zone) == budget.period(at: moment, in: zone))
                }
                if let last, last.from != period.from {
                    #expect(budget.period(at: last.to, in: zone).from == last.to)
                    #expect(period.from >= last.to)
                }
                last = period
            }
        }
    }

    @Test func usedUp() {
        let minutes = BudgetAmount(amount: 60, unit: .minutes, period: .day)
        #expect(!minutes.isUsedUp(BudgetUse(minutes: 59)))
        #expect(minutes.isUsedUp(BudgetUse(minutes: 60)))
        #expect(!minutes.isUsedUp(BudgetUse(minutes: 60, currentMinuteCounted: true)), "a minute already counted stays usable to its end")
        let bytes = BudgetAmount(amount: 1000, unit: .bytes, period: .day)
        #expect(!bytes.isUsedUp(BudgetUse(bytes: 999, currentMinuteCounted: true)))
        #expect(bytes.isUsedUp(BudgetUse(bytes: 1000, currentMinuteCounted: true)))
        let visits = BudgetAmount(amount: 20, unit: .visits, period: .day)
        #expect(!visits.isUsedUp(BudgetUse(visits: 19)))
        #expect(visits.isUsedUp(BudgetUse(visits: 20)))
        #expect(!visits.isUsedUp(BudgetUse(visits: 20, visitCounted: true)), "and so does a page view")
        #expect(minutes.isUsedUp(BudgetUse(minutes: 60, visitCounted: true)))
        #expect(bytes.isUsedUp(BudgetUse(bytes: 1000, visitCounted: true)))
    }

    /// What is judged again is let through by the budget of visits that has counted it, and by no other.
    @Test(
        arguments: [
            (BudgetAmount.Unit.visits, true, Verdict.allow), (.visits, false, .block), (.minutes, true, .block), (.bytes, true, .block),
        ])
    func visitUnderWay(_ unit: BudgetAmount.Unit, _ isCounted: Bool, _ verdict: Verdict) throws {
        let limit = try Building.rule(.limit, ["all"], budget: BudgetAmount(amount: 1, unit: unit, period: .day))
        let snapshot = try Building.snapshot(PolicyDocument(groups: [GroupDeclaration(name: "default", rules: [limit])]))
        let ledger = PolicyLedger()
        let now = at("2026-09-01T12:00:00Z")
        let (asked, identity) = (try Building.asked("http://a.test/"), snapshot.identify(Asker()))
        let first = snapshot.decide(asked, by: identity, at: now, state: ledger)
        #expect(first.verdict == .allow)
        let key = try #require(first.ground.budget)
        let other = BudgetKey(rule: key.rule, owner: "another", shared: false)
        // Two loops may both have given the last one.
        ledger.note(BudgetNote(budget: key, minute: now.minute, bytes: 1, visits: 2))
        let later = Instant(milliseconds: now.milliseconds + 60_000)
        let state = RunningVisitState(ledger, counted: [isCounted ? key : other])
        #expect(snapshot.decide(asked, by: identity, at: later, state: state).verdict == verdict)
        #expect(snapshot.decide(asked, by: identity, at: later, state: ledger).verdict == .block, "what is new")
    }

    @Test func ledger() {
        let ledger = PolicyLedger()
        let key = BudgetKey(rule: "rules[0]", owner: "mia", shared: false)
        let other = BudgetKey(rule: "rules[0]", owner: "tom", shared: false)
        for (minute, bytes, visits) in [(100, 10, 1), (102, 5, 0), (100, 1, 1), (101, 3, 0)] as [(Int64, UInt64, Int)] {
            ledger.note(BudgetNote(budget: key, minute: minute, bytes: bytes, visits: visits))
        }
        func use(_ from: Int64, _ to: Int64, _ now: Int64, _ key: BudgetKey) -> BudgetUse {
            ledger.used(
                key, from: Instant(milliseconds: from * 60_000), to: Instant(milliseconds: to * 60_000),
                now: Instant(milliseconds: now * 60_000))
        }
        #expect(use(0, 200, 102, key) == BudgetUse(minutes: 3, bytes: 19, visits: 2, currentMinuteCounted: true))
        #expect(use(101, 102, 103, key) == BudgetUse(minutes: 1, bytes: 3, visits: 0))
        #expect(use(103, 200, 103, key) == BudgetUse())
        #expect(use(0, 200, 102, other) == BudgetUse())
        // Nine days on the first ones are forgotten, and what is left adds up as before.
        let later = Int64(100 + 10 * 1440)
        ledger.note(BudgetNote(budget: key, minute: later, bytes: 7, visits: 1))
        #expect(use(0, later + 1, later, key) == BudgetUse(minutes: 1, bytes: 7, visits: 1, currentMinuteCounted: true))
    }

    /// The ledger's sums against plain ones, notes in any order.
    @Test func ledgerSums() {
        let ledger = PolicyLedger()
        let key = BudgetKey(rule: "r", owner: "o", shared: true)
        var random = SeededGenerator(state: 3)
        let notes = (0..<500).map { _ in
            BudgetNote(
                budget: key, minute: Int64.random(in: 0..<5000, using: &random), bytes: UInt64.random(in: 0..<100, using: &random),
                visits: Int.random(in: 0...1, using: &random))
        }
        notes.forEach(ledger.note)
        for _ in 0..<50 {
            let from = Int64.random(in: 0..<5000, using: &random)
            let to = Int64.random(in: from...5000, using: &random)
            let inside = notes.filter { from <= $0.minute && $0.minute < to }
            let use = ledger.used(
                key, from: Instant(milliseconds: from * 60_000), to: Instant(milliseconds: to * 60_000), now: Instant(milliseconds: -60_000)
            )
            #expect(use.minutes == Set(inside.map(\.minute)).count)
            #expect(use.bytes == inside.reduce(0) { $0 + $1.bytes })
            #expect(use.visits == inside.reduce(0) { $0 + $1.visits })
        }
    }

    @Test func continued() {
        let ledger = PolicyLedger()
        #expect(!ledger.mayHaveContinued(client: "mia", rule: "rules[0]"))
        ledger.continueWarned(client: "mia", rule: "rules[0]", site: "shop.test", until: Instant(milliseconds: 1000))
        func holds(_ client: String, _ rule: String, _ site: String, _ now: Int64) -> Bool {
            ledger.hasContinued(client: client, rule: rule, site: site, now: Instant(milliseconds: now))
        }
        #expect(holds("mia", "rules[0]", "shop.test", 999))
        #expect(!holds("mia", "rules[0]", "shop.test", 1000))
        #expect(!holds("tom", "rules[0]", "shop.test", 0))
        #expect(!holds("mia", "rules[1]", "shop.test", 0))
        #expect(!holds("mia", "rules[0]", "other.test", 0))
        #expect(ledger.mayHaveContinued(client: "mia", rule: "rules[0]"))
        #expect(!ledger.mayHaveContinued(client: "tom", rule: "rules[0]"))
        #expect(!ledger.mayHaveContinued(client: "mia", rule: "rules[1]"))
    }

    /// Those who continued stay known when what has ended is swept out.
    @Test func continuedByManyIsSwept() {
        let ledger = PolicyLedger()
        ledger.continueWarned(client: "old", rule: "rules[0]", site: "shop.test", until: Instant(milliseconds: 1000))
        let later: Int64 = 10 * 86_400_000
        for number in 0..<1_100 {
            ledger.continueWarned(client: "c\(number)", rule: "rules[0]", site: "shop.test", until: Instant(milliseconds: later))
        }
        let now = Instant(milliseconds: later - 1)
        #expect((0..<1_100).allSatisfy { ledger.mayHaveContinued(client: "c\($0)", rule: "rules[0]") })
        #expect((0..<1_100).allSatisfy { ledger.hasContinued(client: "c\($0)", rule: "rules[0]", site: "shop.test", now: now) })
        #expect(!ledger.mayHaveContinued(client: "old", rule: "rules[0]"))
    }

    /// Names to continue to are made up at will: who makes up many loses its own, and nobody else does.
    @Test func continuedToManySitesIsBounded() {
        let ledger = PolicyLedger()
        let until = Instant(milliseconds: 3_600_000)
        ledger.continueWarned(client: "mia", rule: "rules[0]", site: "shop.test", until: until)
        var most = 0
        for number in 0..<70_000 {
            ledger.continueWarned(client: "eve", rule: "rules[0]", site: "s\(number).test", until: until)
            if number % 1_000 == 0 { most = max(most, ledger.continuedCount) }
        }
        #expect(most <= PolicyLedger.mostContinued + 1 && most > PolicyLedger.mostContinued / 2)
        #expect(ledger.hasContinued(client: "mia", rule: "rules[0]", site: "shop.test", now: Instant(milliseconds: 0)))
        #expect(ledger.hasContinued(client: "eve", rule: "rules[0]", site: "s69999.test", now: Instant(milliseconds: 0)))
    }
}
