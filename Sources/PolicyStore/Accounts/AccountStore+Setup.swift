internal import Foundation
internal import GRDB
internal import PolicyCore

// The first account: made with a one-time token that only whoever reads the console or the data directory knows.
extension AccountStore {
    private static let setupLife: Int64 = 15 * 60_000

    private var setupPath: String { directory + "/setup-token" }

    /// Whether nobody can manage Weir yet.
    public func needsSetup() throws -> Bool {
        try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM account WHERE role = 'owner'") == 0 }
    }

    /// A new one-time token, good for 15 minutes, also in `setup-token` in the data directory (0600); nil where there is an owner already.
    /// One made before is void.
    public func setupToken() throws -> String? {
        guard try needsSetup() else {
            unlink(setupPath)
            return nil
        }
        let token = Secret.text(bytes: 24)
        try database.set("setup-token", "\(Secret.digest(token)) \(clock().milliseconds &+ AccountStore.setupLife)")
        try DurableFile.write(Array("\(token)\n".utf8), to: setupPath)
        return token
    }

    /// Whether this is the token that holds.
    public func isSetupToken(_ token: String) throws -> Bool {
        guard token.utf8.count <= 128, let stored = try database.value("setup-token") else { return false }
        let parts = stored.split(separator: " ")
        guard parts.count == 2, let end = Int64(parts[1]), clock().milliseconds < end else { return false }
        // Of hashes, so that the time of comparing tells nothing.
        guard String(parts[0]) == Secret.digest(token) else { return false }
        return try needsSetup()
    }

    /// Makes the first owner and voids the token.
    /// - Returns: nil where the token does not hold.
    public func setUp(token: String, user: String, password: String) async throws -> Account? {
        guard try isSetupToken(token) else { return nil }
        try AccountStore.check(name: user)
        let hash = try await hash(password)
        // Again, for another one may have been quicker meanwhile.
        guard try isSetupToken(token) else { return nil }
        let account = Account(name: user, role: .owner, created: clock())
        try insert(account, hash, author: "set-up")
        try database.set("setup-token", "")
        unlink(setupPath)
        return account
    }
}
