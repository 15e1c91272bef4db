internal import GRDB
internal import PolicyCore

// Tokens for programs (`Authorization: Bearer …`).
extension AccountStore {
    /// Makes a token for an account.
    /// - Parameter name: what it is for.
    /// - Returns: the secret, which is not kept and cannot be shown again.
    public func makeToken(_ account: String, name: String, author: String) throws -> String {
        let secret = "weir_" + Secret.text(bytes: 32)
        try database.write { database in
            guard try String.fetchOne(database, sql: "SELECT name FROM account WHERE name = ?", arguments: [account]) != nil else {
                throw PolicyStoreError.noSuchAccount(account)
            }
            try database.execute(
                sql: "INSERT INTO token (hash, account, name, created) VALUES (?, ?, ?, ?)",
                arguments: [Secret.digest(secret), account, String(name.prefix(100)), clock().milliseconds])
        }
        try audit(author, "token.make", "\(account): \(name.prefix(100))")
        return secret
    }

    /// The account of a token; nil for none.
    public func account(token: String) throws -> Account? {
        guard token.utf8.count <= 128 else { return nil }
        let hash = Secret.digest(token)
        let now = clock().milliseconds
        let row = try database.read {
            try Row.fetchOne(
                $0,
                sql:
                    "SELECT account.*, token.id AS token_id, token.last_used FROM token JOIN account ON account.name = token.account WHERE hash = ?",
                arguments: [hash])
        }
        guard let row else { return nil }
        let lastUsed: Int64? = row["last_used"]
        if now &- (lastUsed ?? 0) > 60_000 {
            let id: Int64 = row["token_id"]
            try database.write { try $0.execute(sql: "UPDATE token SET last_used = ? WHERE id = ?", arguments: [now, id]) }
        }
        return AccountStore.account(row)
    }

    public func tokens(of account: String) throws -> [AccountToken] {
        try database.read {
            try Row.fetchAll($0, sql: "SELECT * FROM token WHERE account = ? ORDER BY id", arguments: [account]).map { row in
                let lastUsed: Int64? = row["last_used"]
                return AccountToken(
                    id: row["id"], account: row["account"], name: row["name"], created: Instant(milliseconds: row["created"]),
                    lastUsed: lastUsed.map { Instant(milliseconds: $0) })
            }
        }
    }

    public func removeToken(_ id: Int64, of account: String, author: String) throws {
        try database.write { try $0.execute(sql: "DELETE FROM token WHERE id = ? AND account = ?", arguments: [id, account]) }
        try audit(author, "token.remove", account)
    }
}
