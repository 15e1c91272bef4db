internal import GRDB
public import PolicyCore
internal import Visits

/// Recorded visits in order of time, to be judged once more: read a stretch at a time, each in a short transaction of its own, so that hours
/// of reading hold nothing up and what is in memory stays small.
public struct RecordedRequests {
    /// One visit.
    public enum Item: Sendable {
        case request(RecordedRequest)
        /// Rules never judged it, or its address cannot be read.
        case passedOver(Instant)
    }

    private let reader: any VisitReading
    private let from: Instant
    private let end: Instant
    private let withMinutes: Bool
    private let size: Int
    private var cursor: VisitCursor
    private var names = RecordedNames()
    private var newest: Int64 = 0
    /// Once the database is at its end.
    private var journal: JournalledVisits?
    /// Visits that came out of the database while the journal was already open.
    private var late: Set<String> = []

    /// - Parameters:
    ///   - from: and later, up to and without `to`.
    ///   - withMinutes: whether further minutes of long visits are read.
    ///   - size: visits of one stretch.
    public init(_ reader: any VisitReading, from: Instant, to: Instant, withMinutes: Bool, size: Int = 8_192) {
        self.reader = reader
        self.from = from
        end = to
        self.withMinutes = withMinutes
        self.size = max(1, size)
        cursor = VisitCursor(milliseconds: from.milliseconds, number: .min)
    }

    /// The next stretch; nil at the end. Visits that are only journalled come last.
    /// - Throws: ``VisitStoreError``.
    public mutating func next() throws -> [Item]? {
        if var rest = journal {
            let rows = rest.next(size)
            journal = rest
            return rows.map(told)
        }
        let (cursor, end, size, withMinutes) = (cursor, end, size, withMinutes)
        var names = names
        let rows = try reader.read(seconds: 60) { database in
            try RecordedSelect.rows(after: cursor, before: end, limit: size, withMinutes: withMinutes, &names, in: database)
        }
        self.names = names
        if let last = rows.last {
            self.cursor = VisitCursor(milliseconds: last.time.milliseconds, number: last.number)
            newest = max(newest, rows.reduce(newest) { max($0, $1.number) })
        }
        let items = rows.map(\.item)
        if rows.count == size { return items }
        journal = try reader.journalled()
        return items + (try stored())
    }

    /// What was stored while the rest was read.
    private mutating func stored() throws -> [Item] {
        var rows: [VisitRow] = []
        let since = Instant(milliseconds: cursor.milliseconds &- (newest == 0 ? 0 : 60_000))
        try reader.each(matching: VisitQuery(from: since, to: end), oldestFirst: true, includingJournal: false) { row in
            if row.number.map({ $0 > newest }) ?? false { rows.append(row) }
            return true
        }
        let items = rows.map(RecordedSelect.item)
        late = Set(rows.map(\.id))
        return items
    }

    private func told(_ rows: [VisitRow]) -> [Item] {
        rows.filter { $0.time >= from && $0.time < end && !late.contains($0.id) }.map(RecordedSelect.item)
    }
}

/// A visit as the replay's SELECT gives it.
struct RecordedRow {
    var number: Int64
    var time: Instant
    var item: RecordedRequests.Item
}
