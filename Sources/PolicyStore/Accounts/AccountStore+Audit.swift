internal import GRDB
internal import PolicyCore

extension AccountStore {
    /// Entries kept; the oldest go first.
    private static let mostEntries = 100_000

    /// Notes who did what.
    /// - Parameter action: a stable word such as `policy.save`.
    public func audit(_ author: String, _ action: String, _ subject: String) throws {
        try database.write { database in
            try database.execute(
                sql: "INSERT INTO audit (time, author, action, subject) VALUES (?, ?, ?, ?)",
                arguments: [clock().milliseconds, String(author.prefix(255)), action, String(subject.prefix(500))])
            let newest = database.lastInsertedRowID
            if newest % 1000 == 0 {
                try database.execute(sql: "DELETE FROM audit WHERE id <= ?", arguments: [newest - Int64(AccountStore.mostEntries)])
            }
        }
    }

    /// The newest first.
    /// - Parameter before: entries older than this one.
    public func auditLog(before: Int64? = nil, limit: Int = 100) throws -> [AuditEntry] {
        try database.read {
            try Row.fetchAll(
                $0, sql: "SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
                arguments: [before ?? Int64.max, max(0, min(limit, 1000))]
            ).map { row in
                AuditEntry(
                    id: row["id"], time: Instant(milliseconds: row["time"]), author: row["author"], action: row["action"],
                    subject: row["subject"])
            }
        }
    }
}
