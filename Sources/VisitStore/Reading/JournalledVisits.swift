internal import PolicyCore
internal import Visits

/// Visits that are only journalled, some at a time, so that what is in memory stays small however far the writer is behind. Its files stay open,
/// so that nothing is lost when the writer removes them.
public struct JournalledVisits {
    private var streams: [JournalTail.Stream]
    private var batch = VisitBatch()
    /// Begun in the last piece: their ends are most likely in the next.
    private var waiting: [RunningVisit] = []

    init(_ tail: JournalTail, after positions: JournalPositions) { streams = tail.streams(after: positions) }

    /// The next visits, in order of time among themselves and, but for the width of a piece, among all. An end that comes much later than the
    /// beginning is not known.
    /// - Parameter size: records to read.
    /// - Returns: nil after the last.
    mutating func next(_ size: Int) -> [VisitRow]? {
        let index = streams.indices.filter { !streams[$0].isAtEnd }.min { streams[$0].lastTime < streams[$1].lastTime }
        if index == nil, waiting.isEmpty { return nil }
        if let index { streams[index].take(into: &batch, most: max(1, size)) }
        let ready = waiting
        waiting = batch.begun
        batch.saved()
        return ready.map { $0.row(site: nil) }.sorted { $0.time < $1.time }
    }
}
