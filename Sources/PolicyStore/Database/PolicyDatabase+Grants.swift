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

    private static func grant(_ row: Row) -> Grant {
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
