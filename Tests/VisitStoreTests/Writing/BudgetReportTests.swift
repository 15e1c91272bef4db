import Foundation
import GRDB
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// What the ledger counts for a budget is what reports count for the same traffic, and what a start finds again.
@Suite struct BudgetReportTests {
    private static let clients = ["anna", "ben", "cleo"]
    private static let rule = "groups.kids.rules[2]"

    /// A generated visit: its beginning and what it had moved by which minute.
    private struct Course {
        var beginning: VisitBeginning
        var steps: [(minute: Int64, bytes: UInt64)] = []
    }

    /// Days of visits: pages and what belongs to them, tunnels over hours, at any minute of the day; some blocked, some without the budget.
    private static func courses(_ seed: UInt64, days: Int64) -> [Course] {
        var random = Numbers(state: seed)
        return (0..<Int(days) * 150).map { number in
            let time = someTime + Int64.random(in: 0..<days * 86_400_000, using: &random)
            let client = clients[Int.random(in: 0..<clients.count, using: &random)]
            let isBlocked = Int.random(in: 0..<8, using: &random) == 0
            let isFree = Int.random(in: 0..<5, using: &random) == 0
            let budget = isFree ? nil : BudgetKey(rule: rule, owner: client, shared: false)
            var course = Course(
                beginning: sample(
                    number, at: time, client: client, verdict: isBlocked ? .block : .allow, rule: isFree ? "groups.kids.default" : rule,
                    category: isFree ? nil : "games", isPage: Int.random(in: 0..<3, using: &random) == 0, budget: budget))
            if isBlocked { return course }
            var minute = course.beginning.time.minute
            var bytes: UInt64 = 0
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                minute += Int64.random(in: 0...40, using: &random)
                bytes += UInt64.random(in: 0...5_000, using: &random)
                course.steps.append((minute, bytes))
            }
            return course
        }.sorted { $0.beginning.time < $1.beginning.time }
    }

    /// Records a course as a proxy does, and tells the ledger as a proxy does: at the decision, and whenever something moved.
    private func run(_ course: Course, _ recorder: any VisitRecorder, _ ledger: PolicyLedger) {
        let id = recorder.begin(course.beginning)
        let budget = course.beginning.verdict == .allow ? course.beginning.budget : nil
        func note(_ minute: Int64, _ bytes: UInt64, visits: Int) {
            if let budget { ledger.note(BudgetNote(budget: budget, minute: minute, bytes: bytes, visits: visits)) }
        }
        note(course.beginning.time.minute, 0, visits: course.beginning.isPage ? 1 : 0)
        var before: UInt64 = 0
        for (number, step) in course.steps.enumerated() {
            note(step.minute, step.bytes - before, visits: 0)
            before = step.bytes
            if number < course.steps.count - 1 {
                recorder.progress(VisitProgress(id: id, minute: step.minute, up: 0, down: step.bytes))
            }
        }
        let last = course.steps.last?.minute ?? course.beginning.time.minute
        recorder.end(ending(id, at: last * 60_000, up: 0, down: before))
    }

    /// A tunnel or reply that draws on other budgets than it began with, as often as it learns something or the policy changes.
    private struct Turn {
        var minute: Int64
        var keys: [String]
        var learns: Bool
    }

    /// Records such a course as ``ProxyServer/Passage`` does, telling the ledger what that tells it; leaves it open where it is told to.
    private func run(
        drawing course: Course, turns: [Turn], isOpen: Bool, _ recorder: any VisitRecorder, _ ledger: PolicyLedger, flush: Bool
    ) -> VisitEnd {
        let client = course.beginning.client
        func key(_ category: String) -> BudgetKey { Self.drawKey(category, client) }
        let id = recorder.begin(course.beginning)
        var keys = [course.beginning.budget].compactMap { $0 }
        var (bytes, lastMinute): (UInt64, Int64) = (0, course.beginning.time.minute)
        for key in keys { ledger.note(BudgetNote(budget: key, minute: lastMinute, visits: course.beginning.isPage ? 1 : 0)) }
        var rest = turns[...]
        func turn(before minute: Int64) {
            while let next = rest.first, next.minute <= minute {
                rest = rest.dropFirst()
                let new = next.keys.map(key)
                recorder.draw(
                    VisitDraw(
                        id: id, minute: next.minute, lastMinute: lastMinute, up: 0, down: bytes,
                        targets: zip(new, next.keys).map { VisitDraw.Target(budget: $0, category: $1) }, isTraffic: next.learns,
                        isPage: course.beginning.isPage))
                for added in new where next.learns && !keys.contains(added) {
                    ledger.note(BudgetNote(budget: added, minute: next.minute, visits: course.beginning.isPage ? 1 : 0))
                }
                keys = new
                if flush { _ = recorder.flush() }
            }
        }
        for step in course.steps {
            turn(before: step.minute)
            for key in keys { ledger.note(BudgetNote(budget: key, minute: step.minute, bytes: step.bytes - bytes)) }
            (bytes, lastMinute) = (step.bytes, step.minute)
            recorder.progress(VisitProgress(id: id, minute: step.minute, up: 0, down: bytes))
            if flush { _ = recorder.flush() }
        }
        turn(before: .max)
        let end = ending(id, at: lastMinute * 60_000, up: 0, down: bytes)
        if !isOpen { recorder.end(end) }
        _ = recorder.flush()
        return end
    }

    private static func drawKey(_ category: String, _ client: String) -> BudgetKey {
        BudgetKey(rule: "groups.kids.rules[\(category == "games" ? 2 : category == "video" ? 3 : 4)]", owner: client, shared: false)
    }

    private static func drawing(_ random: inout Numbers, _ number: Int) -> (Course, [Turn]) {
        let client = clients[number % 3]
        let began = number % 2 == 0 ? drawKey("games", client) : nil
        var course = Course(
            beginning: sample(
                number, at: someTime + Int64.random(in: 0..<172_800_000, using: &random), client: client,
                rule: began?.rule ?? "groups.kids.default", category: began == nil ? nil : "games",
                isPage: number % 3 == 0, budget: began))
        var turns: [Turn] = []
        var (minute, bytes) = (course.beginning.time.minute, UInt64(0))
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            if Int.random(in: 0..<2, using: &random) == 0 {
                let categories = ["games", "video", "music"].filter { _ in Int.random(in: 0..<2, using: &random) == 0 }
                turns.append(
                    Turn(minute: minute, keys: Array(categories.prefix(2)), learns: Int.random(in: 0..<2, using: &random) == 0))
            }
            minute += Int64.random(in: 0...25, using: &random)
            bytes += UInt64.random(in: 1...5_000, using: &random)
            course.steps.append((minute, bytes))
        }
        return (course, turns)
    }

    /// Visits that come to draw on a limit in their middle (a media type, a TLS name shown in a tunnel to another host, a changed policy), with
    /// the database taking them piece by piece or at once; then the same again after a start, and after a rebuild.
    @Test(arguments: [1, 2] as [UInt64], [true, false])
    func whatIsDrawnOnLaterIsTheReportsToo(_ seed: UInt64, _ isPiecewise: Bool) throws {
        let directory = try TemporaryDirectory()
        let ledger = PolicyLedger()
        var random = Numbers(state: seed)
        do {
            let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = isPiecewise ? 1 : 600_000 })
            let recorder = store.makeRecorder(stream: 0)
            var open: [VisitEnd] = []
            for number in 0..<400 {
                let (course, turns) = Self.drawing(&random, number)
                let isOpen = number % 7 == 0
                let end = run(drawing: course, turns: turns, isOpen: isOpen, recorder, ledger, flush: isPiecewise)
                if isOpen { open.append(end) }
                if isPiecewise, number % 20 == 0 { usleep(3_000) }
            }
            // Segments later, half of those end without another byte; the others never do.
            for (number, end) in open.enumerated() where number % 2 == 0 { recorder.end(end) }
            _ = recorder.flush()
            // Nothing is stored of it yet, or all: a start must find the same either way.
            let left = try directory.copy()
            #expect(isPiecewise || left.segments.count > 2)
            try expectSeed(left, ledger, seed, "from the journal")
            store.close()
        }
        try expectSeed(directory, ledger, seed, "from the database")
        try expectReports(directory, ledger, seed, "as drained")
        try VisitDatabase.openWriter(directory: directory.path).write { try RollUpRebuild(zone: .utc).run($0) }
        try expectReports(directory, ledger, seed, "rebuilt")
    }

    private func expectSeed(_ directory: TemporaryDirectory, _ ledger: PolicyLedger, _ seed: UInt64, _ what: String) throws {
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        let seeded = PolicyLedger()
        for note in store.ledgerSeed(since: Instant(milliseconds: 0)) { seeded.note(note) }
        store.close()
        let (from, to) = (Instant(milliseconds: someTime - 86_400_000), Instant(milliseconds: someTime + 7 * 86_400_000))
        for client in Self.clients {
            for category in ["games", "video", "music"] {
                let key = Self.drawKey(category, client)
                #expect(
                    seeded.used(key, from: from, to: to, now: from) == ledger.used(key, from: from, to: to, now: from),
                    "seed \(seed) \(what): \(client) \(category)")
            }
        }
    }

    /// The report of budgets, and the minutes that the report of time spent has for the category.
    private func expectReports(_ directory: TemporaryDirectory, _ ledger: PolicyLedger, _ seed: UInt64, _ what: String) throws {
        let reader = try VisitReader.open(directory.path)
        var compared = 0
        for client in Self.clients {
            for category in ["games", "video", "music"] {
                let key = Self.drawKey(category, client)
                for day in 0..<4 as Range<Int64> {
                    let from = Instant(milliseconds: (someTime / 86_400_000 + day) * 86_400_000)
                    let to = Instant(milliseconds: from.milliseconds + 86_400_000)
                    let used = ledger.used(key, from: from, to: to, now: from)
                    let sql = """
                        SELECT active_minutes(hour, bits), sum(bytes), sum(pageviews) FROM v_hour_budget
                        WHERE budget = ? AND hour >= ? AND hour < ?
                        """
                    let row = try reader.read {
                        try Row.fetchOne(
                            $0, sql: sql, arguments: ["client|\(key.rule)|\(client)", from.seconds, to.seconds])
                    }
                    let place = "seed \(seed) \(what): \(client) \(category) day \(day)"
                    #expect(row?[0] as Int? ?? 0 == used.minutes, "\(place)")
                    #expect(row?[1] as Int64? ?? 0 == Int64(used.bytes), "\(place)")
                    #expect(row?[2] as Int? ?? 0 == used.visits, "\(place)")
                    let spent = try reader.read {
                        try Int.fetchOne(
                            $0,
                            sql:
                                "SELECT active_minutes(day, minutes) FROM v_day_client_category WHERE client = ? AND category = ? AND day = ?",
                            arguments: [client, category, from.seconds / 86_400])
                    }
                    // A visit that began under a limit and left it has its later minutes where it began as well.
                    #expect(category == "games" ? spent ?? 0 >= used.minutes : spent ?? 0 == used.minutes, "\(place)")
                    if used.minutes > 0 { compared += 1 }
                }
            }
        }
        #expect(compared > 9)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func minutesOfBudgetAndReport(_ seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 1 })
        let recorder = store.makeRecorder(stream: 0)
        let ledger = PolicyLedger()
        for course in Self.courses(seed, days: 4) { run(course, recorder, ledger) }
        #expect(recorder.flush())
        store.close()

        let reader = try VisitReader.open(directory.path)
        var compared = 0
        for client in Self.clients {
            let key = BudgetKey(rule: Self.rule, owner: client, shared: false)
            for day in 0..<6 as Range<Int64> {
                let number = someTime / 86_400_000 + day
                let from = Instant(milliseconds: number * 86_400_000)
                let used = ledger.used(key, from: from, to: Instant(milliseconds: (number + 1) * 86_400_000), now: from)
                let report = try report(reader, client, day: number)
                #expect(used.minutes == report.minutes, "seed \(seed) \(client) day \(day)")
                #expect(used.visits == report.pages, "seed \(seed) \(client) day \(day)")
                #expect(Int64(used.bytes) == report.bytes, "seed \(seed) \(client) day \(day)")
                if used.minutes > 0 { compared += 1 }
            }
        }
        #expect(compared >= 9)

        // A start finds the same again.
        let again = try VisitStore.open(options(directory))
        let seeded = PolicyLedger()
        for note in again.ledgerSeed(since: Instant(milliseconds: 0)) { seeded.note(note) }
        again.close()
        for client in Self.clients {
            let key = BudgetKey(rule: Self.rule, owner: client, shared: false)
            let from = Instant(milliseconds: someTime - 86_400_000)
            let to = Instant(milliseconds: someTime + 7 * 86_400_000)
            #expect(
                seeded.used(key, from: from, to: to, now: from) == ledger.used(key, from: from, to: to, now: from), "seed \(seed) \(client)"
            )
        }
    }

    /// What reports say of one client's day in the category that the rule limits.
    private func report(_ reader: VisitReader, _ client: String, day: Int64) throws -> (minutes: Int, pages: Int, bytes: Int64) {
        try reader.read { database in
            let sql = """
                SELECT active_minutes(day, minutes), sum(pageviews), sum(up + down) FROM v_day_client_rule
                WHERE client = ? AND rule = ? AND verdict = 'allow' AND day = ?
                """
            let row = try Row.fetchOne(database, sql: sql, arguments: [client, Self.rule, day])
            return (row?[0] ?? 0, row?[1] ?? 0, row?[2] ?? 0)
        }
    }
}

/// The same numbers every time (SplitMix64).
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
