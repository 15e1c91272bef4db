internal import GRDB
internal import PolicyCore

extension PolicyDatabase {
    /// Grants neither revoked nor over, the newest first.
    func grants(at now: Instant) throws -> [Grant] {
        try read {
            try Row.fetchAll(
                $0, sql: "SELECT * FROM access_grant WHERE revoked IS NULL AND (ends IS NULL OR ends > ?) ORDER BY id DESC",
                arguments: [now.milliseconds]
            ).map(PolicyDatabase.grant)
        }
    }

    /// - Returns: the grant with its id.
    func addGrant(_ grant: Grant) throws -> Grant {
        let (scope, name): (String, String?) =
            switch grant.scope {
            case .everyone: ("everyone", nil)
            case .group(let name): ("group", name)
            case .client(let name): ("client", name)
            }
        var grant = grant
        grant.id = try write { database in
            try database.execute(
                sql: "INSERT INTO access_grant (scope, name, allows, target, begins, ends, reason, author) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    scope, name, grant.allows, grant.target, grant.from.milliseconds, grant.until?.milliseconds, grant.reason, grant.author,
                ])
            return database.lastInsertedRowID
        }
        return grant
    }

    /// - Returns: false where there is none in force.
    func revokeGrant(_ id: Int64, author: String, time: Instant) throws -> Bool {
        try write { database in
            try database.execute(
                sql: "UPDATE access_grant SET revoked = ?, revoked_by = ? WHERE id = ? AND revoked IS NULL AND (ends IS NULL OR ends > ?)",
                arguments: [time.milliseconds, author, id, time.milliseconds])
            return database.changesCount > 0
        }
    }

    /// Grants that held at any time of `[from, to)`, each to the moment it ended or was revoked.
    static func grants(from: Instant, to: Instant, in database: Database) throws -> [Grant] {
        let sql = """
            SELECT id, scope, name, allows, target, begins, reason, author,
                CASE WHEN revoked IS NULL THEN ends WHEN ends IS NULL THEN revoked ELSE min(ends, revoked) END AS ends
            FROM access_grant WHERE begins < ?2 AND (ends IS NULL OR ends > ?1) AND (revoked IS NULL OR revoked > ?1) ORDER BY id DESC
            """
        return try Row.fetchAll(database, sql: sql, arguments: [from.milliseconds, to.milliseconds]).map(PolicyDatabase.grant)
    }

    static func grant(_ row: Row) -> Grant {
        let name: String = row["name"] ?? ""
        let scope: Grant.Scope =
            switch row["scope"] as String {
            case "group": .group(name)
            case "client": .client(name)
            default: .everyone
            }
        let ends: Int64? = row["ends"]
        return Grant(
            id: row["id"], scope: scope, allows: row["allows"], target: row["target"], from: Instant(milliseconds: row["begins"]),
            until: ends.map { Instant(milliseconds: $0) }, reason: row["reason"], author: row["author"])
    }
}
