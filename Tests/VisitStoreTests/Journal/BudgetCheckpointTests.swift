import Foundation
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// A start adds up what segments say of one another; a successor learns what its predecessor goes on to use.
@Suite struct BudgetCheckpointTests {
    private struct Use: Equatable {
        var minutes: Set<Int64> = []
        var bytes: UInt64 = 0
        var visits = 0
    }

    private static func budget(_ number: Int) -> BudgetKey {
        BudgetKey(rule: "rules[\(number % 3)]", owner: "anna", shared: number % 2 == 0)
    }

    private static func uses(_ notes: [BudgetNote]) -> [BudgetKey: Use] {
        notes.reduce(into: [:]) { uses, note in
            uses[note.budget, default: Use()].minutes.insert(note.minute)
            uses[note.budget, default: Use()].bytes += note.bytes
            uses[note.budget, default: Use()].visits += note.visits
        }
    }

    /// Many visits, of which tunnels run through several segments.
    private static func record(_ recorder: any VisitRecorder, count: Int, expected: inout [BudgetKey: Use]) {
        var tunnels: [(id: VisitID, begun: Int, key: BudgetKey)] = []
        for number in 0..<count {
            let time = someTime + Int64(number) * 500
            let minute = Instant(milliseconds: time).minute
            let key = budget(number)
            let isPage = number % 4 == 0
            let id = recorder.begin(sample(number, at: time, isPage: isPage, budget: number % 5 == 0 ? nil : key))
            if number % 5 != 0 {
                expected[key, default: Use()].minutes.insert(minute)
                expected[key, default: Use()].visits += isPage ? 1 : 0
            }
            if number % 50 == 7 {
                tunnels.append((id, number, key))
            } else {
                recorder.end(ending(id, at: time, up: 1, down: 9))
                if number % 5 != 0 { expected[key, default: Use()].bytes += 10 }
            }
            if number % 200 == 199 {
                for tunnel in tunnels {
                    let bytes = UInt64(number - tunnel.begun) * 100
                    recorder.progress(VisitProgress(id: tunnel.id, minute: minute, up: 0, down: bytes))
                    expected[tunnel.key, default: Use()].minutes.insert(minute)
                }
                let old = tunnels.filter { number - $0.begun > 600 }
                for tunnel in old {
                    let bytes = UInt64(number - tunnel.begun) * 100 + 1
                    recorder.end(ending(tunnel.id, at: time, up: 1, down: bytes - 1))
                    expected[tunnel.key, default: Use()].bytes += bytes
                }
                tunnels.removeAll { number - $0.begun > 600 }
            }
            if number % 10 == 9 { _ = recorder.flush() }
        }
        let end = count - count % 200 - 1
        for tunnel in tunnels where tunnel.begun < end { expected[tunnel.key, default: Use()].bytes += UInt64(end - tunnel.begun) * 100 }
        _ = recorder.flush()
    }

    /// Nothing of it is stored; then some of it is, up to the middle of a segment.
    @Test(arguments: [0, 1, 3])
    func manySegmentsAddUp(_ rounds: Int) throws {
        let directory = try TemporaryDirectory()
        let left: TemporaryDirectory
        var expected: [BudgetKey: Use] = [:]
        do {
            let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
            Self.record(store.makeRecorder(stream: 0), count: 4_000, expected: &expected)
            left = try directory.copy()
            store.close()
        }
        #expect(left.segments.count > 10)
        let opened = options(left)
        if rounds > 0 {
            // Stores a few thousand records and is gone.
            let shared = JournalState(folder: left.path + "/journal", boot: 99, kernel: 1, options: opened)
            let connection = try WritingConnection(
                options: opened, shared: shared, readers: ReadingPool(directory: left.path, limit: 1))
            _ = try connection.seed(since: 0)
            for _ in 0..<rounds {
                _ = connection.round(streams: [], backup: nil, isLast: false, endsBoot: false, isWatched: false)
            }
            connection.close()
        }
        let store = try VisitStore.open(opened)
        #expect(Self.uses(store.ledgerSeed(since: Instant(milliseconds: 0))) == expected)
        #expect(eventually { store.status().stored == 4_000 && store.status().journal == 0 })
        store.close()
        let again = try VisitStore.open(opened)
        #expect(Self.uses(again.ledgerSeed(since: Instant(milliseconds: 0))) == expected)
    }

    /// What only the segment itself can tell is read from it.
    @Test func withoutItsCheckpointASegmentIsRead() throws {
        let directory = try TemporaryDirectory()
        let left: TemporaryDirectory
        var expected: [BudgetKey: Use] = [:]
        do {
            let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
            Self.record(store.makeRecorder(stream: 0), count: 2_000, expected: &expected)
            left = try directory.copy()
            store.close()
        }
        // The kind of the first frame of each segment becomes one nobody knows, as in another version's journal.
        for name in SegmentName.all(in: left.path + "/journal") where name.number % 2 == 0 {
            let path = left.path + "/journal/" + name.file
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let length = Int(bytes[64]) | Int(bytes[65]) << 8
            #expect(bytes[72] == JournalRecord.Kind.checkpoint.rawValue)
            bytes[72] = 200
            let sum = bytes[72..<(72 + length)].withUnsafeBytes { CRC32C.of($0) }
            withUnsafeBytes(of: sum.littleEndian) { bytes.replaceSubrange(68..<72, with: $0) }
            try bytes.write(to: URL(fileURLWithPath: path))
        }
        let store = try VisitStore.open(options(left))
        #expect(Self.uses(store.ledgerSeed(since: Instant(milliseconds: 0))) == expected)
        #expect(eventually { store.status().stored == 2_000 })
        #expect(try store.coverage(from: nil, to: nil).isComplete)
        store.close()
    }

    @Test func aSuccessorLearnsWhatItsPredecessorUses() throws {
        let directory = try TemporaryDirectory()
        let old = try VisitStore.open(options(directory))
        let recorder = old.makeRecorder(stream: 0)
        let tunnel = recorder.begin(sample(isPage: false, budget: Self.budget(1)))
        #expect(recorder.flush())
        #expect(eventually { old.status().stored == 1 })
        try old.handOver()
        // Between the hand-over and the successor's start.
        recorder.progress(VisitProgress(id: tunnel, minute: someTime / 60_000 + 1, up: 0, down: 500))
        #expect(recorder.flush())

        let ledger = PolicyLedger()
        let new = try VisitStore.open(options(directory))
        for note in new.ledgerSeed(since: Instant(milliseconds: 0)) { ledger.note(note) }
        func use(_ number: Int) -> BudgetUse {
            ledger.used(
                Self.budget(number), from: Instant(milliseconds: someTime - 60_000), to: Instant(milliseconds: someTime + 3_600_000),
                now: Instant(milliseconds: someTime))
        }
        #expect(use(1).minutes == 2 && use(1).bytes == 500)
        recorder.progress(VisitProgress(id: tunnel, minute: someTime / 60_000 + 2, up: 0, down: 700))
        #expect(recorder.flush())
        usleep(30_000)
        new.onPredecessorsUse { notes in
            for note in notes { ledger.note(note) }
        }
        #expect(eventually { use(1).minutes == 3 && use(1).bytes == 700 })
        // A visit of its own, enough of them for further segments, and the tunnel's end.
        var expected: [BudgetKey: Use] = [:]
        Self.record(recorder, count: 1_000, expected: &expected)
        recorder.end(ending(tunnel, at: someTime + 180_000, up: 100, down: 900))
        #expect(recorder.flush())
        old.close()
        expected[Self.budget(1), default: Use()].bytes += 1_000
        #expect(eventually { use(1).bytes == expected[Self.budget(1)]?.bytes })
        #expect(eventually { use(2).bytes == expected[Self.budget(2)]?.bytes && use(2).visits == expected[Self.budget(2)]?.visits })
        #expect(try eventually { try new.number("SELECT COUNT(*) FROM v_visits WHERE outcome <> 'open'") == 1_001 })
        new.close()
        let again = try VisitStore.open(options(directory))
        let stored = Self.uses(again.ledgerSeed(since: Instant(milliseconds: 0)))
        #expect(stored[Self.budget(1)]?.bytes == use(1).bytes && stored[Self.budget(2)]?.visits == use(2).visits)
        again.close()
    }
}
