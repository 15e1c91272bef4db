internal import GRDB
internal import PolicyCore
internal import Visits

/// Reads visits with what was decided first and last, numbers instead of texts.
enum RecordedSelect {
    private static let sql = """
        SELECT id, boot, stream, sequence, time, client, address, user, grp, method, scheme, host, port, path, verdict, rule, category,
            began_verdict, began_rule, began_category, up, down, ms, outcome, is_page, media_type
        FROM visit WHERE time >= ?1 AND (time, id) > (?1, ?2) AND time < ?3 ORDER BY time, id LIMIT ?4
        """

    static func rows(
        after cursor: VisitCursor, before end: Instant, limit: Int, withMinutes: Bool, _ names: inout RecordedNames, in database: Database
    ) throws -> [RecordedRow] {
        let statement = try database.cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(
            statement, arguments: [cursor.milliseconds, cursor.number, end.milliseconds, limit])
        var rows: [RecordedRow] = []
        rows.reserveCapacity(min(limit, 8_192))
        while let row = try cursor.next() {
            let parts = try parts(row, &names, database)
            let minutes = withMinutes && parts.mayLast ? try minutes(of: parts, database) : []
            rows.append(RecordedRow(number: parts.number, time: parts.time, item: parts.item(minutes: minutes)))
        }
        return rows
    }

    /// A visit that is only journalled: what was decided first is not told apart there.
    static func item(_ row: VisitRow) -> RecordedRequests.Item {
        var parts = RecordedParts(number: row.number ?? 0, id: row.id, time: row.time, client: row.client)
        parts.group = row.group
        parts.addressText = row.address
        parts.address = row.address.flatMap { RecordedParts.address($0) }
        parts.user = row.user
        parts.method = row.method ?? ""
        parts.scheme = row.scheme ?? ""
        parts.host = row.host ?? ""
        parts.port = row.port
        parts.path = row.path
        parts.last = RecordedParts.Ground(verdict: row.verdict, rule: row.rule, category: row.category)
        parts.isCut = row.outcome == .closedByPolicy
        parts.began = row.began.map { RecordedParts.Ground(verdict: $0.verdict, rule: $0.rule, category: $0.category) }
        parts.bytes = row.up &+ row.down
        parts.isPage = row.isPage
        parts.mediaType = row.mediaType
        return parts.item(minutes: [])
    }

    private static func parts(_ row: Row, _ names: inout RecordedNames, _ database: Database) throws -> RecordedParts {
        let id = VisitID(
            boot: try names.boot(row[1] as Int64? ?? 0, in: database), stream: UInt16(truncatingIfNeeded: row[2] as Int64? ?? 0),
            sequence: UInt64(bitPattern: row[3] as Int64? ?? 0))
        var parts = RecordedParts(
            number: row[0] as Int64? ?? 0, id: id.text, time: Instant(milliseconds: row[4] as Int64? ?? 0),
            client: try names.client(row[5] as Int64? ?? 0, in: database))
        (parts.addressText, parts.address) = try names.address(row[6] as Int64?, in: database)
        parts.user = try names.term(row[7] as Int64?, in: database)
        parts.group = try names.term(row[8] as Int64?, in: database)
        parts.method = try names.term(row[9] as Int64?, in: database) ?? ""
        parts.scheme = try names.term(row[10] as Int64?, in: database) ?? ""
        parts.host = try names.host(row[11] as Int64?, in: database) ?? ""
        parts.port = (row[12] as Int64?).map { UInt16(truncatingIfNeeded: $0) }
        parts.path = row[13]
        parts.last = try ground(row, 14, &names, database)
        if !row.hasNull(atIndex: 17) { parts.began = try ground(row, 17, &names, database) }
        parts.bytes = UInt64(bitPattern: row[20] as Int64? ?? 0) &+ UInt64(bitPattern: row[21] as Int64? ?? 0)
        let outcome = Outcome(code: row[23] as Int64? ?? 0) ?? .interrupted
        parts.isCut = outcome == .closedByPolicy
        parts.mayLast = outcome == .open || parts.crossesMinute(after: row[22] as Int64?)
        parts.isPage = (row[24] as Int64? ?? 0) != 0
        parts.mediaType = try names.term(row[25] as Int64?, in: database)
        return parts
    }

    private static func ground(_ row: Row, _ at: Int, _ names: inout RecordedNames, _ database: Database) throws -> RecordedParts.Ground {
        RecordedParts.Ground(
            verdict: VisitVerdict(code: row[at] as Int64? ?? 0) ?? .reject, rule: try names.term(row[at + 1] as Int64?, in: database),
            category: try names.term(row[at + 2] as Int64?, in: database))
    }

    /// Minutes of traffic, the first included; a quarter's bytes stand with its first minute.
    private static func minutes(of parts: RecordedParts, _ database: Database) throws -> [RecordedRequest.Minute] {
        let statement = try database.cachedStatement(sql: "SELECT quarter, bits, up, down FROM activity WHERE visit = ? ORDER BY quarter")
        var minutes: [RecordedRequest.Minute] = []
        let rows = try Row.fetchCursor(statement, arguments: [parts.number])
        while let row = try rows.next() {
            let start = (row[0] as Int64? ?? 0) &* 15
            let bits = row[1] as Int64? ?? 0
            var bytes = UInt64(bitPattern: row[2] as Int64? ?? 0) &+ UInt64(bitPattern: row[3] as Int64? ?? 0)
            for minute in Int64(0)..<15 where bits & (1 << minute) != 0 {
                minutes.append(RecordedRequest.Minute(minute: start &+ minute, bytes: bytes))
                bytes = 0
            }
        }
        return minutes
    }
}
