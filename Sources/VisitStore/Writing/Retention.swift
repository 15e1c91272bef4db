internal import GRDB

/// Deletes what is older than it may be, a little at a time, so that no transaction is long.
struct Retention {
    let keep: VisitStoreOptions.Keep
    let zone: ReportingZone
    /// Milliseconds since 1970.
    let now: Int64

    private static let rows: Int64 = 2_000

    /// One small step.
    /// - Returns: whether there is more to delete.
    func step(_ database: Database) throws -> Bool {
        var hasMore = false
        if let days = keep.rawDays, try deleteVisits(before: now &- Int64(days) &* 86_400_000, database) { hasMore = true }
        if let days = keep.hourlyDays {
            let before = floorDivide(now, 1_000) &- Int64(days) &* 86_400
            for table in ["hour_verdict", "hour_client", "hour_category", "hour_budget"] {
                if try deleteOldest(table, "hour", before: before, database) { hasMore = true }
            }
        }
        if let days = keep.dailyDays {
            let before = zone.day(ofMinute: floorDivide(now, 60_000)) &- Int64(days)
            for table in ["day_client_site", "day_client_category", "day_client_rule", "day_list"] {
                if try deleteOldest(table, "day", before: before, database) { hasMore = true }
            }
        }
        return hasMore
    }

    private func deleteVisits(before: Int64, _ database: Database) throws -> Bool {
        let ids = try Int64.fetchAll(
            database, sql: "SELECT id FROM visit WHERE time < ? AND outcome <> 0 ORDER BY time LIMIT ?", arguments: [before, Self.rows])
        if ids.isEmpty { return false }
        let marks = databaseQuestionMarks(count: ids.count)
        try database.execute(sql: "DELETE FROM activity WHERE visit IN (\(marks))", arguments: StatementArguments(ids))
        try database.execute(sql: "DELETE FROM drawn WHERE visit IN (\(marks))", arguments: StatementArguments(ids))
        try database.execute(sql: "DELETE FROM visit WHERE id IN (\(marks))", arguments: StatementArguments(ids))
        try database.execute(sql: WritingSQL.addCount, arguments: ["stored", -Int64(ids.count)])
        // Roll-ups of what is gone can never be built again from visits.
        try database.execute(
            sql: """
                INSERT INTO counter (name, value) VALUES ('trimmed', ?)
                ON CONFLICT DO UPDATE SET value = MAX(value, excluded.value)
                """, arguments: [before])
        return Int64(ids.count) == Self.rows
    }

    /// Deletes the oldest hour or day of a roll-up.
    private func deleteOldest(_ table: String, _ column: String, before: Int64, _ database: Database) throws -> Bool {
        guard let oldest = try Int64.fetchOne(database, sql: "SELECT MIN(\(column)) FROM \(table)"), oldest < before else { return false }
        try database.execute(sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [oldest])
        return true
    }
}
