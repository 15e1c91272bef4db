internal import GRDB
internal import PolicyCore

// Signed-in browsers: 128-bit secrets that the browser alone keeps, their hashes here.
extension AccountStore {
    /// Milliseconds without use after which a session is over, and after which it is over in any case.
    static let idle: Int64 = 30 * 60_000
    static let absolute: Int64 = 12 * 3_600_000

    /// Begins a session for an account just verified.
    /// - Returns: the secret for the browser's cookie; it is not kept.
    public func beginSession(_ account: Account, address: String?, agent: String?) throws -> String {
        let secret = Secret.text(bytes: 16)
        let now = clock().milliseconds
        try database.write { database in
            try database.execute(
                sql: "DELETE FROM session WHERE last_used <= ? OR created <= ?",
                arguments: [now &- AccountStore.idle, now &- AccountStore.absolute])
            try database.execute(
                sql: "INSERT INTO session (hash, account, created, last_used, address, agent) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    Secret.digest(secret), account.name, now, now, address.map { String($0.prefix(64)) },
                    agent.map { String($0.prefix(300)) },
                ])
        }
        try audit(account.name, "session.begin", address ?? "")
        return secret
    }

    /// The session of a secret, counted as used; nil for one that is unknown or over.
    public func session(_ secret: String) throws -> AccountSession? {
        guard secret.utf8.count <= 64 else { return nil }
        let now = clock().milliseconds
        let hash = Secret.digest(secret)
        let found = try database.read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT session.*, name, role, account.created AS made, last_sign_in FROM session JOIN account ON account.name = session.account
                    WHERE hash = ? AND last_used > ? AND session.created > ?
                    """, arguments: [hash, now &- AccountStore.idle, now &- AccountStore.absolute]
            ).map(AccountStore.session)
        }
        // A write for each request would be many: to the minute is near enough.
        if let found, now &- found.lastUsed.milliseconds > 60_000 {
            try database.write { try $0.execute(sql: "UPDATE session SET last_used = ? WHERE hash = ?", arguments: [now, hash]) }
        }
        return found
    }

    /// Signs out.
    public func endSession(_ secret: String) throws {
        try database.write { try $0.execute(sql: "DELETE FROM session WHERE hash = ?", arguments: [Secret.digest(secret)]) }
    }

    /// Ends a session by the id it is listed under.
    public func endSession(id: String, of account: String, author: String) throws {
        guard id.utf8.count == 16 else { return }
        try database.write {
            try $0.execute(sql: "DELETE FROM session WHERE substr(hash, 1, 16) = ? AND account = ?", arguments: [id, account])
        }
        try audit(author, "session.end", account)
    }

    /// Sessions that are not over, the newest first; of one account, or of all.
    public func sessions(of account: String? = nil) throws -> [AccountSession] {
        let now = clock().milliseconds
        return try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT session.*, name, role, account.created AS made, last_sign_in FROM session JOIN account ON account.name = session.account
                    WHERE last_used > ? AND session.created > ? AND (?3 IS NULL OR account.name = ?3) ORDER BY session.created DESC
                    """, arguments: [now &- AccountStore.idle, now &- AccountStore.absolute, account]
            ).map(AccountStore.session)
        }
    }

    private static func session(_ row: Row) -> AccountSession {
        let hash: String = row["hash"]
        let lastSignIn: Int64? = row["last_sign_in"]
        let account = Account(
            name: row["name"], role: Account.Role(rawValue: row["role"]) ?? .user, created: Instant(milliseconds: row["made"]),
            lastSignIn: lastSignIn.map { Instant(milliseconds: $0) })
        return AccountSession(
            id: String(hash.prefix(16)), account: account, created: Instant(milliseconds: row["created"]),
            lastUsed: Instant(milliseconds: row["last_used"]), address: row["address"], agent: row["agent"])
    }
}
