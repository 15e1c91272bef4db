internal import GRDB
internal import PatternMatching
internal import PolicyCore
internal import Visits

/// Visits the database holds without their end.
enum OpenVisits {
    static func load(_ database: Database) throws -> [RunningVisit] {
        let sql = """
            SELECT o.visit, o.last_minute, b.code, o.stream, o.sequence, t.text, v.up, v.down,
                EXISTS (SELECT 1 FROM activity a WHERE a.visit = o.visit), o.draws
            FROM open_visit o JOIN boot b ON b.id = o.boot JOIN visit v ON v.id = o.visit LEFT JOIN term t ON t.id = v.budget
            """
        return try Row.fetchAll(database, sql: sql).compactMap { row -> RunningVisit? in
            guard let number = row[0] as Int64?, let stored = try stored(number, database) else { return nil }
            let id = VisitID(
                boot: UInt64(bitPattern: row[2] as Int64? ?? 0), stream: UInt16(truncatingIfNeeded: row[3] as Int64? ?? 0),
                sequence: UInt64(bitPattern: row[4] as Int64? ?? 0))
            var beginning = stored
            beginning.budget = (row[5] as String?).flatMap { BudgetText.decode($0) }
            let visit = RunningVisit(
                id: id, beginning: beginning, number: number, up: UInt64(bitPattern: row[6] as Int64? ?? 0),
                down: UInt64(bitPattern: row[7] as Int64? ?? 0), lastMinute: row[1] as Int64? ?? beginning.time.minute,
                hasActivity: (row[8] as Int64? ?? 0) != 0)
            if let stored = (row[9] as String?).flatMap({ StoredDraws($0) }) { visit.resume(stored.draws) }
            return visit
        }
    }

    private static func stored(_ number: Int64, _ database: Database) throws -> VisitBeginning? {
        var select = try VisitSelect(VisitQuery(), in: database)
        select.add("v.id = ?", number)
        let sql = select.sql(oldestFirst: true, limit: 1)
        let rows = try Row.fetchAll(database, sql: sql, arguments: StatementArguments(select.arguments))
        return rows.first.map { VisitSelect.visit($0) }.map { row in
            VisitBeginning(
                time: row.time, client: row.client, address: row.address.flatMap { IPAddress($0) }, user: row.user, group: row.group,
                method: row.method ?? "", scheme: row.scheme ?? "", host: row.host ?? "", port: row.port ?? 0, path: row.path,
                verdict: row.verdict, rule: row.rule, category: row.category, reason: row.reason, generation: row.generation,
                isPage: row.isPage, userAgent: row.userAgent, list: row.list)
        }
    }
}
