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
