internal import Foundation
public import GRDB
public import PolicyCore

/// Reads recorded visits, beside a recording server or without one. Never writes, never checkpoints.
public final class VisitReader: VisitReading, Sendable {
    public let zone: ReportingZone
    let directory: String
    let pool: ReadingPool
    /// Whether this process records here.
    private let isRecording: Bool

    /// - Parameters:
    ///   - directory: the data directory that holds `visits.sqlite` and `journal`.
    ///   - zone: for the caller's own use; roll-ups are in the zone they were written in.
    /// - Throws: ``VisitStoreError/file(_:_:)`` where nothing was recorded there yet, or it may not be read.
    public static func open(_ directory: String, zone: ReportingZone = .utc, readers: Int = 2) throws -> VisitReader {
        let path = VisitDatabase.path(in: directory)
        guard access(path, R_OK) == 0 else {
            throw VisitStoreError.file(path, errno == ENOENT ? "nothing has been recorded here yet" : String(cString: strerror(errno)))
        }
        return VisitReader(directory: directory, zone: zone, readers: readers, isRecording: false)
    }

    init(directory: String, zone: ReportingZone, readers: Int, isRecording: Bool) {
        self.isRecording = isRecording
        self.directory = directory
        self.zone = zone
        pool = ReadingPool(directory: directory, limit: readers)
    }

    public func read<Value>(seconds: Double, _ body: (Database) throws -> Value) throws -> Value {
        try pool.read(seconds: seconds, body)
    }

    public func coverage(from: Instant?, to: Instant?) throws -> Coverage {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql:
                    "SELECT from_time, to_time, missing, cause FROM gap WHERE to_time >= ? AND from_time < ? ORDER BY from_time LIMIT 1000",
                arguments: [from?.milliseconds ?? .min, to?.milliseconds ?? .max])
            return Coverage(
                gaps: rows.map { row in
                    Coverage.Gap(
                        from: Instant(milliseconds: row[0] as Int64? ?? 0), to: Instant(milliseconds: row[1] as Int64? ?? 0),
                        missing: (row[2] as Int64?).map { UInt64(clamping: $0) }, cause: row[3] as String? ?? "")
                })
        }
    }

    public func visits(matching query: VisitQuery, before cursor: VisitCursor?, limit: Int) throws -> VisitPage {
        let search = VisitSearch(
            query: query, cursor: cursor, limit: min(max(1, limit), 1_000), until: SystemTime.monotonic() &+ 2_000)
        return try read(seconds: 15) { try search.page(in: $0) }
    }

    public func each(
        matching query: VisitQuery, oldestFirst: Bool, includingJournal: Bool, _ body: (VisitRow) throws -> Bool
    ) throws {
        // The journal's files are opened before the database is read: what the writer takes over meanwhile is then in one or the other.
        let journal = includingJournal ? JournalTail(folder: directory + "/journal", isRecording: isRecording) : nil
        try pool.read(seconds: nil) { database in
            var waiting = try journal?.read(matching: query, oldestFirst: oldestFirst, database) ?? JournalTail.Visits()
            let select = try VisitSelect(query, in: database)
            if !select.isEmpty {
                let rows = try Row.fetchCursor(
                    database, sql: select.sql(oldestFirst: oldestFirst, limit: nil), arguments: StatementArguments(select.arguments))
                while let row = try rows.next() {
                    let visit = waiting.current(VisitSelect.visit(row))
                    while let earlier = waiting.next(before: visit, oldestFirst: oldestFirst) {
                        if try !body(earlier) { return }
                    }
                    if try !body(visit) { return }
                }
            }
            while let last = waiting.next() {
                if try !body(last) { return }
            }
        }
    }

    public func journalled() throws -> JournalledVisits {
        // In this order: what the writer takes over meanwhile comes in any case, perhaps from the database too.
        let tail = JournalTail(folder: directory + "/journal", isRecording: isRecording)
        return JournalledVisits(tail, after: try read { try JournalPositions.load($0) })
    }

    public func recentClients(limit: Int) throws -> [DeviceSeen] {
        try read { database in
            let sql = """
                SELECT c.name, g.text, a.text, u.text, w.text, c.first_seen, c.last_seen
                FROM client c LEFT JOIN term g ON g.id = c.grp LEFT JOIN term a ON a.id = c.address LEFT JOIN term u ON u.id = c.user
                    LEFT JOIN term w ON w.id = c.user_agent
                ORDER BY c.last_seen DESC LIMIT ?
                """
            return try Row.fetchAll(database, sql: sql, arguments: [min(max(1, limit), 10_000)]).map { row in
                DeviceSeen(
                    client: row[0] as String? ?? "", group: row[1], address: row[2], user: row[3], userAgent: row[4],
                    firstSeen: Instant(milliseconds: row[5] as Int64? ?? 0), lastSeen: Instant(milliseconds: row[6] as Int64? ?? 0))
            }
        }
    }

    /// Lets go of every connection.
    public func close() { pool.drop() }
}
