internal import GRDB

/// Deletes what only visits that are gone referred to: users, addresses, programs, methods, media types and hosts, and the sites and clients no
/// roll-up needs any more. A little at a time, so that no transaction is long.
///
/// Each text knows the last day on which a visit was stored with it: nothing is scanned for what still refers to it. Names the policy gave
/// (groups, categories, rules, lists, budgets) stay, roll-ups refer to them.
struct UnusedTexts {
    struct Step: Equatable {
        /// Rows that are gone.
        var count = 0
        var hasMore = false
    }

    let keep: VisitStoreOptions.Keep
    /// Milliseconds since 1970.
    let now: Int64

    static let rows = 1_000
    static let dayLength: Int64 = 86_400_000
    /// Kinds of texts that visits alone refer to.
    private static let kinds = ([.reason, .user, .method, .scheme, .address, .mediaType, .userAgent] as [TermKind])
        .map { "\($0.rawValue)" }.joined(separator: ",")

    /// One small step. To be asked once no visit is older than it may be.
    func step(_ database: Database) throws -> Step {
        guard let cutoff = try lastDay(database) else { return Step() }
        let done = try Int64.fetchOne(database, sql: "SELECT value FROM counter WHERE name = 'texts'") ?? 0
        guard cutoff > done else { return Step() }
        for delete in [forgetDevices, deleteTerms, deleteHosts, deleteSites, deleteClients] {
            let count = try delete(database, done, cutoff)
            if count > 0 { return Step(count: count, hasMore: true) }
        }
        try database.execute(
            sql: "INSERT INTO counter (name, value) VALUES ('texts', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            arguments: [cutoff])
        return Step()
    }

    /// What was last used before this day (of UTC, since 1970) belongs to no visit: nil where visits are kept for good.
    private func lastDay(_ database: Database) throws -> Int64? {
        guard let days = keep.rawDays else { return nil }
        let allowed = floorDivide(now, Self.dayLength) &- Int64(days)
        // A visit that still runs stays beyond its time.
        guard let oldest = try Int64.fetchOne(database, sql: "SELECT MIN(time) FROM visit") else { return allowed }
        return min(allowed, floorDivide(oldest, Self.dayLength))
    }

    /// What is known of a device beside its name is what its last visit said.
    private func forgetDevices(_ database: Database, done: Int64, cutoff: Int64) throws -> Int {
        try database.execute(
            sql: """
                UPDATE client SET address = NULL, user = NULL, user_agent = NULL WHERE id IN (
                    SELECT id FROM client WHERE last_seen >= ? AND last_seen < ? AND coalesce(address, user, user_agent) IS NOT NULL
                    LIMIT \(Self.rows))
                """, arguments: [done &* Self.dayLength, cutoff &* Self.dayLength])
        return database.changesCount
    }

    private func deleteTerms(_ database: Database, done: Int64, cutoff: Int64) throws -> Int {
        try database.execute(
            sql:
                "UPDATE term SET kind = 0, text = CAST(id AS TEXT) WHERE id = (SELECT MAX(id) FROM term) AND used < ? AND kind IN (\(Self.kinds))",
            arguments: [cutoff])
        return try database.changesCount + delete("term", "used < ? AND kind IN (0,\(Self.kinds))", [cutoff], database)
    }

    private func deleteHosts(_ database: Database, done: Int64, cutoff: Int64) throws -> Int {
        try database.execute(
            sql: "UPDATE host SET name = '#' || id WHERE id = (SELECT MAX(id) FROM host) AND used < ? AND name <> '#' || id",
            arguments: [cutoff])
        return try database.changesCount + delete("host", "used < ?", [cutoff], database)
    }

    /// Daily sums refer to sites; local days and those of UTC differ by one at most.
    private func deleteSites(_ database: Database, done: Int64, cutoff: Int64) throws -> Int {
        guard let days = keep.dailyDays else { return 0 }
        let last = min(cutoff, floorDivide(now, Self.dayLength) &- Int64(days) &- 2)
        return try delete("site", "used < ? AND NOT EXISTS (SELECT 1 FROM host WHERE host.site = site.id)", [last], database)
    }

    private func deleteClients(_ database: Database, done: Int64, cutoff: Int64) throws -> Int {
        guard let hourly = keep.hourlyDays, let daily = keep.dailyDays else { return 0 }
        let last = min(cutoff, floorDivide(now, Self.dayLength) &- Int64(max(hourly, daily)) &- 2)
        let isFree = "last_seen < ? AND NOT EXISTS (SELECT 1 FROM visit WHERE visit.client = client.id)"
        return try delete("client", isFree, [last &* Self.dayLength], database)
    }

    /// The row with the highest number stays: SQLite would give that number to the next row, and what may still hold it would mean another text.
    /// Where it is a text of a visit it is emptied instead, and goes once it is no longer the last.
    private func delete(_ table: String, _ condition: String, _ arguments: [Int64], _ database: Database) throws -> Int {
        try database.execute(
            sql: """
                DELETE FROM \(table) WHERE id IN (
                    SELECT id FROM \(table) WHERE \(condition) AND id < (SELECT MAX(id) FROM \(table)) LIMIT \(Self.rows))
                """, arguments: StatementArguments(arguments))
        return database.changesCount
    }
}
