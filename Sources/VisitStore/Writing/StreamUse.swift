internal import PolicyCore
internal import Visits

/// Reads what one stream's journal tells of budgets from a position on. Segments that the one after them sums up are not read, so that a start
/// with gigabytes of journal is over in a moment.
struct StreamUse {
    private let folder: String
    private let position: StreamPosition
    /// The stream's segments, in order.
    private let numbers: [UInt32]

    init(folder: String, position: StreamPosition, numbers: [UInt32]) {
        self.folder = folder
        self.position = position
        self.numbers = numbers.filter { $0 >= position.number }.sorted()
    }

    func add(to seed: inout BudgetSeed) {
        var last = position.sequence
        for (index, number) in numbers.enumerated() {
            let isWhole = number > position.number || position.offset <= SegmentHeader.size
            if isWhole, let sum = numbers.dropFirst(index + 1).first.flatMap(checkpoint(atHeadOf:)) {
                seed.take(sum, boot: position.boot, stream: position.stream)
                last = max(last, sum.sequence)
                continue
            }
            var cursor = cursor(number, offset: number == position.number ? position.offset : SegmentHeader.size)
            _ = cursor.read(upTo: nil, numbers: [number], most: .max) { record, _ in
                if case .begin(let sequence, _) = record { last = max(last, sequence) }
                seed.take(record, boot: position.boot, stream: position.stream)
            }
        }
        seed.countWaiting(last &- position.sequence)
    }

    /// nil where there is none, or it is not whole: an earlier version's segment, or a damaged one.
    private func checkpoint(atHeadOf number: UInt32) -> BudgetCheckpoint? {
        var cursor = cursor(number, offset: SegmentHeader.size)
        var found: BudgetCheckpoint?
        var isOver = false
        while !isOver {
            let stop = cursor.read(upTo: nil, numbers: [number], most: 256) { record, _ in
                guard !isOver, case .checkpoint(let part) = record else { return isOver = true }
                if found?.add(part) == nil { found = part }
                isOver = part.isLast
            }
            if stop == .end { break }
        }
        return found.flatMap { $0.isLast ? $0 : nil }
    }

    private func cursor(_ number: UInt32, offset: Int) -> SegmentCursor {
        SegmentCursor(folder: folder, boot: position.boot, stream: position.stream, number: number, offset: offset)
    }
}
