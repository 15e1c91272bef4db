internal import PolicyCore
internal import Visits

/// Visits that are only journalled, some at a time, so that what is in memory stays small however far the writer is behind. Its files stay open,
/// so that nothing is lost when the writer removes them.
public struct JournalledVisits {
    private var streams: [JournalTail.Stream]
    private var batch = VisitBatch()
    private var turns = ShortTurns()
    /// By stream: begun in its last piece. Their ends are most likely in its next.
    private var waiting: [Int: [RunningVisit]] = [:]

    init(_ tail: JournalTail, after positions: JournalPositions) { streams = tail.streams(after: positions) }

    /// The next visits, in order of time among themselves and, but for the width of a piece, among all. An end that comes much later than the
    /// beginning is not known.
    /// - Parameter size: records to read.
    /// - Returns: nil after the last.
    mutating func next(_ size: Int) -> [VisitRow]? {
        let unread = streams.indices.filter { !streams[$0].isAtEnd }
        guard let index = unread.min(by: { streams[$0].lastTime < streams[$1].lastTime }) else {
            return waiting.keys.min().flatMap { waiting.removeValue(forKey: $0) }.map(rows)
        }
        streams[index].take(into: &batch, most: max(1, size))
        let ready = waiting.updateValue(batch.begunVisits(), forKey: index) ?? []
        batch.saved(&turns)
        return rows(ready)
    }

    private func rows(_ visits: [RunningVisit]) -> [VisitRow] {
        visits.map { $0.row(site: nil) }.sorted { $0.time < $1.time }
    }
}
