internal import GRDB
internal import PolicyCore
internal import Visits

/// What a predecessor that handed over, and still ends what it began, goes on to use of budgets: its journal is read as it grows, beside the
/// database, which takes it only once that process is gone. Its tunnels' last minutes count before it has told of their end.
struct PredecessorUse {
    private let folder: String
    private var cursors: [StreamKey: SegmentCursor] = [:]
    private var positions: [StreamKey: StreamPosition] = [:]
    /// Those whose journal was not read to its end yet: nobody may delete it.
    private(set) var boots: Set<UInt64>
    private var seed: BudgetSeed

    /// - Parameter boot: this process' own.
    init(folder: String, boot: UInt64, since: Int64, in database: Database) throws {
        self.folder = folder
        boots = LivingBoot.all(in: folder)
        boots.remove(boot)
        seed = BudgetSeed(since: since)
        if boots.isEmpty { return }
        positions = try JournalPositions.load(database).positions
        for visit in try OpenVisits.load(database) where boots.contains(visit.id.boot) { seed.resume(visit) }
    }

    /// What was used since the last call.
    mutating func next() -> [BudgetNote] {
        if boots.isEmpty { return [] }
        // Who is gone by now has written all it ever will: this reading is the last of it.
        let gone = boots.filter { !LivingBoot.isHeld($0, in: folder) }
        var numbers: [StreamKey: [UInt32]] = [:]
        for segment in SegmentName.all(in: folder) where boots.contains(segment.boot) {
            numbers[StreamKey(boot: segment.boot, stream: segment.stream), default: []].append(segment.number)
        }
        for (key, numbers) in numbers { read(key, numbers) }
        boots.subtract(gone)
        return seed.takeNotes()
    }

    private mutating func read(_ key: StreamKey, _ numbers: [UInt32]) {
        var cursor = cursors[key] ?? start(key, numbers)
        var seed = seed
        _ = cursor.read(upTo: nil, numbers: numbers, most: .max) { record, _ in
            seed.take(record, boot: key.boot, stream: key.stream)
        }
        self.seed = seed
        cursors[key] = cursor
    }

    private func start(_ key: StreamKey, _ numbers: [UInt32]) -> SegmentCursor {
        var position = positions[key] ?? StreamPosition(boot: key.boot, stream: key.stream)
        if let first = numbers.first, position.number < first { (position.number, position.offset) = (first, SegmentHeader.size) }
        return SegmentCursor(folder: folder, boot: key.boot, stream: key.stream, number: position.number, offset: position.offset)
    }
}
