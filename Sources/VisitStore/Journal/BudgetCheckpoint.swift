internal import PolicyCore
internal import Visits

/// What one segment of a stream's journal holds of budgets: written at the head of the next segment, so that a start adds it up instead of
/// reading the segment. It comes in as many frames as it needs.
struct BudgetCheckpoint: Sendable, Equatable {
    /// Traffic under a budget within one minute.
    struct Use: Sendable, Equatable {
        var budget: BudgetKey
        /// Minutes since 1970.
        var minute: Int64
        var bytes: UInt64
        var visits: UInt64
    }

    /// A visit under a budget that runs on.
    struct Running: Sendable, Equatable {
        var sequence: UInt64
        var budget: BudgetKey
        /// Both ways, so far.
        var bytes: UInt64
    }

    /// The number of the last beginning by then.
    var sequence: UInt64
    var uses: [Use] = []
    var running: [Running] = []
    /// Whether this frame is the last of its checkpoint.
    var isLast = true

    /// Texts and numbers one frame holds at most, so that it stays well below ``JournalRecord/longestFrame``: a key is a kilobyte at most.
    private static let mostInFrame = 40

    /// The same in frames that are short enough.
    var frames: [BudgetCheckpoint] {
        var frames: [BudgetCheckpoint] = []
        var (uses, running) = (uses[...], running[...])
        repeat {
            let first = uses.prefix(Self.mostInFrame)
            uses = uses.dropFirst(first.count)
            let second = running.prefix(Self.mostInFrame - first.count)
            running = running.dropFirst(second.count)
            frames.append(
                BudgetCheckpoint(
                    sequence: sequence, uses: Array(first), running: Array(second), isLast: uses.isEmpty && running.isEmpty))
        } while !uses.isEmpty || !running.isEmpty
        return frames
    }

    mutating func add(_ next: BudgetCheckpoint) {
        uses += next.uses
        running += next.running
        isLast = next.isLast
    }
}
