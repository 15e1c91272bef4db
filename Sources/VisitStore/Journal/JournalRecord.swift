internal import Visits

/// What a frame of the journal says.
enum JournalRecord: Sendable, Equatable {
    case begin(sequence: UInt64, VisitBeginning)
    case progress(sequence: UInt64, minute: Int64, up: UInt64, down: UInt64)
    /// What the visit draws on from here on; its `id` is made of the stream it was read from. Earlier versions pass it over.
    case draw(sequence: UInt64, VisitDraw)
    /// The end's `id` is made of the stream it was read from.
    case end(sequence: UInt64, VisitEnd)
    /// The stream was closed in order, after this many visits.
    case closed(last: UInt64)
    /// What the segment before this one holds of budgets; at the head of every segment but a stream's first.
    case checkpoint(BudgetCheckpoint)

    enum Kind: UInt8 {
        case begin = 1
        case progress, end, closed, checkpoint, draw
    }

    /// Bytes before a frame's payload: its length and its CRC-32C, both 32 bits little-endian.
    static let frameHead = 8
    /// No frame is longer, head included: what a recorder writes is cut to stay below.
    static let longestFrame = 48 << 10
}
