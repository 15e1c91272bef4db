internal import GRDB
internal import PolicyCore
internal import Visits

/// The SELECT that gives ``VisitRow``s, with a query's conditions.
struct VisitSelect {
    private(set) var conditions: [String] = []
    private(set) var arguments: [(any DatabaseValueConvertible)?] = []
    /// True where a condition names something the database never saw: nothing can match.
    private(set) var isEmpty = false
    /// True where the conditions are answered by an index alone, so that a page costs no more than its rows.
    private(set) var isIndexed = true

    /// Looks the query's names up in the database, so that conditions compare numbers.
    init(_ query: VisitQuery, in database: Database) throws {
        if let from = query.from { add("v.time >= ?", from.milliseconds) }
        if let to = query.to { add("v.time < ?", to.milliseconds) }
        if let client = query.client {
            add("v.client = ?", try Int64.fetchOne(database, sql: "SELECT id FROM client WHERE name = ?", arguments: [client]))
        }
        if let verdict = query.verdict {
            // The second condition lets the index of what was not allowed be used.
            add(verdict == .allow ? "v.verdict = ?" : "v.verdict = ? AND v.verdict <> 1", verdict.code)
            if verdict == .allow && query.client == nil { isIndexed = true }
        }
        try addTerm("v.grp = ?", .group, query.group, in: database)
        try addTerm("v.category = ?", .category, query.category, in: database)
        try addTerm("v.rule = ?", .rule, query.rule, in: database)
        try addTerm("v.list = ?", .list, query.list, in: database)
        if let site = query.site {
            isIndexed = false
            add("h.site = ?", try Int64.fetchOne(database, sql: "SELECT id FROM site WHERE name = ?", arguments: [site]))
        }
        if let host = query.host {
            isIndexed = false
            add("v.host = ?", try Int64.fetchOne(database, sql: "SELECT id FROM host WHERE name = ?", arguments: [host]))
        }
        if let text = query.text, !text.isEmpty {
            isIndexed = false
            let pattern = "%" + text.flatMap { "%_\\".contains($0) ? ["\\", $0] : [$0] } + "%"
            conditions.append("(h.name LIKE ? ESCAPE '\\' OR v.path LIKE ? ESCAPE '\\')")
            arguments += [pattern, pattern]
        }
    }

    mutating func add(_ condition: String, _ value: Int64?) {
        guard let value else {
            isEmpty = true
            return
        }
        conditions.append(condition)
        arguments.append(value)
    }

    private mutating func addTerm(_ condition: String, _ kind: TermKind, _ text: String?, in database: Database) throws {
        guard let text else { return }
        isIndexed = false
        let sql = "SELECT id FROM term WHERE kind = ? AND text = ?"
        add(condition, try Int64.fetchOne(database, sql: sql, arguments: [kind.rawValue, text]))
    }

    func sql(oldestFirst: Bool, limit: Int?) -> String {
        let direction = oldestFirst ? "ASC" : "DESC"
        return Self.columns + (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND "))
            + " ORDER BY v.time \(direction), v.id \(direction)" + (limit.map { " LIMIT \($0)" } ?? "")
    }

    private static let columns = """
        SELECT v.id, b.code, v.stream, v.sequence, v.time, c.name, a.text, u.text, g.text, m.text, s.text, h.name, si.name, v.port, v.path,
            v.verdict, r.text, k.text, e.text, v.status, v.up, v.down, v.ms, v.outcome, v.is_page, t.text, w.text, v.generation, l.text
        FROM visit v JOIN boot b ON b.id = v.boot JOIN client c ON c.id = v.client
            LEFT JOIN host h ON h.id = v.host LEFT JOIN site si ON si.id = h.site
            LEFT JOIN term a ON a.id = v.address LEFT JOIN term u ON u.id = v.user LEFT JOIN term g ON g.id = v.grp
            LEFT JOIN term m ON m.id = v.method LEFT JOIN term s ON s.id = v.scheme LEFT JOIN term r ON r.id = v.rule
            LEFT JOIN term k ON k.id = v.category LEFT JOIN term e ON e.id = v.reason LEFT JOIN term t ON t.id = v.media_type
            LEFT JOIN term w ON w.id = v.user_agent LEFT JOIN term l ON l.id = v.list
        """

    /// The visit a row of this SELECT holds.
    static func visit(_ row: Row) -> VisitRow {
        let id = VisitID(
            boot: UInt64(bitPattern: row[1] as Int64? ?? 0), stream: UInt16(truncatingIfNeeded: row[2] as Int64? ?? 0),
            sequence: UInt64(bitPattern: row[3] as Int64? ?? 0))
        let number: Int64? = row[0]
        var visit = VisitRow(
            id: id.text, number: number, time: Instant(milliseconds: row[4] as Int64? ?? 0), client: row[5] as String? ?? "",
            verdict: VisitVerdict(code: row[15] as Int64? ?? 0) ?? .reject, outcome: Outcome(code: row[23] as Int64? ?? 0) ?? .interrupted,
            generation: UInt64(bitPattern: row[27] as Int64? ?? 0))
        visit.address = row[6]
        visit.user = row[7]
        visit.group = row[8]
        visit.method = row[9]
        visit.scheme = row[10]
        visit.host = row[11]
        visit.site = row[12]
        visit.port = (row[13] as Int64?).map { UInt16(truncatingIfNeeded: $0) }
        visit.path = row[14]
        visit.rule = row[16]
        visit.category = row[17]
        visit.reason = row[18]
        visit.status = (row[19] as Int64?).map { UInt16(truncatingIfNeeded: $0) }
        visit.up = UInt64(bitPattern: row[20] as Int64? ?? 0)
        visit.down = UInt64(bitPattern: row[21] as Int64? ?? 0)
        visit.milliseconds = (row[22] as Int64?).map { UInt64(bitPattern: $0) }
        visit.isPage = (row[24] as Int64? ?? 0) != 0
        visit.mediaType = row[25]
        visit.userAgent = row[26]
        visit.list = row[28]
        return visit
    }
}
