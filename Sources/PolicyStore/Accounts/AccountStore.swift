internal import Dispatch
internal import Foundation
internal import GRDB
public import PatternMatching
internal import PolicyCore
internal import Synchronization

/// Who may sign in, with what, and what was done.
public final class AccountStore: Sendable {
    let database: PolicyDatabase
    let directory: String
    let cost: ScryptCost
    let clock: @Sendable () -> Instant
    let throttle = SignInThrottle()
    /// Password hashes take long and much memory: one after the other, away from every caller's thread.
    private let hashing = DispatchQueue(label: "weir.passwords", qos: .userInitiated)
    /// The proxy's checks have places of their own: who floods the proxy with guesses keeps nobody from signing in to the admin site.
    private let checks = CheckPlaces(share: 4)
    /// Many people may share an address that they reach the proxy from.
    private let proxyChecks = CheckPlaces(share: CheckPlaces.most / 2)
    private let changes = Atomic<UInt64>(0)
    /// Compared against where there is no such account, so that it takes the same time.
    private let decoy: PasswordHash

    init(database: PolicyDatabase, directory: String, cost: ScryptCost, clock: @escaping @Sendable () -> Instant) {
        self.database = database
        self.directory = directory
        self.cost = cost
        self.clock = clock
        decoy = PasswordHash(cost: cost, salt: Secret.random(16), hash: Secret.random(32))
    }

    /// Another number whenever an account or a password has changed: whatever ``verify(user:password:address:)`` said before counts no more.
    public var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// After every change, once it is stored.
    private func noteChange() { changes.add(1, ordering: .acquiringAndReleasing) }

    /// Passwords have 8 to 256 characters.
    public static let passwordLength = 8...256

    /// - Throws: ``PolicyStoreError/badValue(_:)`` for a name that is taken or none, or a password that is too short.
    @discardableResult
    public func create(_ name: String, password: String, role: Account.Role, author: String) async throws -> Account {
        try AccountStore.check(name: name)
        let hash = try await hash(password)
        let account = Account(name: name, role: role, created: clock())
        try insert(account, hash, author: author)
        return account
    }

    func insert(_ account: Account, _ hash: PasswordHash, author: String) throws {
        try database.write { database in
            guard try String.fetchOne(database, sql: "SELECT name FROM account WHERE name = ?", arguments: [account.name]) == nil else {
                throw PolicyStoreError.badValue("there is an account \"\(account.name)\" already")
            }
            try database.execute(
                sql: "INSERT INTO account (name, role, password, created) VALUES (?, ?, ?, ?)",
                arguments: [account.name, account.role.rawValue, hash.description, account.created.milliseconds])
        }
        noteChange()
        try audit(author, "account.create", "\(account.name) (\(account.role.rawValue))")
    }

    /// All accounts by name.
    public func list() throws -> [Account] {
        try database.read { try Row.fetchAll($0, sql: "SELECT * FROM account ORDER BY name").map(AccountStore.account) }
    }

    public func account(_ name: String) throws -> Account? {
        try database.read {
            try Row.fetchOne($0, sql: "SELECT * FROM account WHERE name = ?", arguments: [name]).map(AccountStore.account)
        }
    }

    /// Ends all of the account's sessions and tokens too. The last owner cannot be removed.
    public func remove(_ name: String, author: String) throws {
        try database.write { database in
            try AccountStore.keepAnOwner(name, losing: true, in: database)
            try database.execute(sql: "DELETE FROM account WHERE name = ?", arguments: [name])
        }
        noteChange()
        try audit(author, "account.remove", name)
    }

    /// The last owner stays one.
    public func setRole(_ name: String, role: Account.Role, author: String) throws {
        try database.write { database in
            try AccountStore.keepAnOwner(name, losing: role != .owner, in: database)
            try database.execute(sql: "UPDATE account SET role = ? WHERE name = ?", arguments: [role.rawValue, name])
        }
        noteChange()
        try audit(author, "account.role", "\(name): \(role.rawValue)")
    }

    /// Ends all of the account's sessions.
    public func setPassword(_ name: String, password: String, author: String) async throws {
        let hash = try await hash(password)
        try database.write { database in
            try database.execute(sql: "UPDATE account SET password = ? WHERE name = ?", arguments: [hash.description, name])
            guard database.changesCount > 0 else { throw PolicyStoreError.noSuchAccount(name) }
            try database.execute(sql: "DELETE FROM session WHERE account = ?", arguments: [name])
        }
        noteChange()
        try audit(author, "account.password", name)
    }

    /// Checks a name and password a client of the proxy brings. Failures are counted for the name at this address (`IPAddress.client`), and for
    /// the address as a whole: whoever guesses at one device locks nobody out at another, and nobody out of the admin site.
    public func verify(user: String, password: String, address: IPAddress) async -> SignIn {
        let client = "\(address.client)"
        let keys = [
            SignInThrottle.Key("proxy \(client) \(user.prefix(255))"),
            SignInThrottle.Key("proxy \(client)", allowed: AccountStore.wrongPerProxyAddress),
        ]
        return await check(user, password, keys, proxyChecks, client)
    }

    /// More than of one account: many people may share an address.
    private static let wrongPerProxyAddress = 50

    /// Checks a name and password. Unknown names take as long as known ones; failures are counted per account and per address
    /// (`IPAddress.client`).
    public func signIn(_ user: String, password: String, address: IPAddress?) async -> SignIn {
        let client = address.map { "\($0.client)" }
        let keys = [SignInThrottle.Key("account \(user.prefix(255))")] + (client.map { [SignInThrottle.Key("address \($0)")] } ?? [])
        return await check(user, password, keys, checks, client)
    }

    private func check(
        _ user: String, _ password: String, _ keys: [SignInThrottle.Key], _ places: CheckPlaces, _ client: String?
    ) async -> SignIn {
        let wait = throttle.wait(keys, now: clock())
        guard wait == 0 else { return .throttled(seconds: wait) }
        guard places.enter(client) else { return .throttled(seconds: 1) }
        defer { places.leave(client) }
        let stored = try? database.read {
            try Row.fetchOne($0, sql: "SELECT * FROM account WHERE name = ?", arguments: [user])
        }
        let hash = stored.flatMap { PasswordHash($0["password"] as String) } ?? decoy
        let isRight = await compare(password, with: hash)
        guard let stored, isRight else {
            throttle.failed(keys, now: clock())
            return .refused
        }
        throttle.succeeded(keys)
        var account = AccountStore.account(stored)
        account.lastSignIn = clock()
        try? database.write {
            try $0.execute(sql: "UPDATE account SET last_sign_in = ? WHERE name = ?", arguments: [account.lastSignIn?.milliseconds, user])
        }
        return .accepted(account)
    }

    func hash(_ password: String) async throws -> PasswordHash {
        guard AccountStore.passwordLength.contains(password.count), password.utf8.count <= 1024 else {
            throw PolicyStoreError.badValue("a password has 8 to 256 characters")
        }
        return try await withCheckedThrowingContinuation { continuation in
            hashing.async { [cost] in continuation.resume(with: Result { try PasswordHash.make(password, cost: cost) }) }
        }
    }

    private func compare(_ password: String, with hash: PasswordHash) async -> Bool {
        guard password.utf8.count <= 1024 else { return false }
        return await withCheckedContinuation { continuation in
            hashing.async { continuation.resume(returning: hash.matches(password)) }
        }
    }

    static func check(name: String) throws {
        let isFine = name.unicodeScalars.allSatisfy { scalar in
            scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format && !scalar.properties.isWhitespace
                && scalar != ":"
        }
        guard (1...64).contains(name.utf8.count), isFine else {
            throw PolicyStoreError.badValue("an account's name has 1 to 64 bytes, no blanks and no colon")
        }
    }

    private static func keepAnOwner(_ name: String, losing: Bool, in database: Database) throws {
        guard let role = try String.fetchOne(database, sql: "SELECT role FROM account WHERE name = ?", arguments: [name]) else {
            throw PolicyStoreError.noSuchAccount(name)
        }
        let owners = try Int.fetchOne(database, sql: "SELECT count(*) FROM account WHERE role = 'owner'") ?? 0
        if losing, role == Account.Role.owner.rawValue, owners < 2 {
            throw PolicyStoreError.badValue("\"\(name)\" is the only owner: make another account an owner first")
        }
    }

    static func account(_ row: Row) -> Account {
        let lastSignIn: Int64? = row["last_sign_in"]
        return Account(
            name: row["name"], role: Account.Role(rawValue: row["role"]) ?? .user, created: Instant(milliseconds: row["created"]),
            lastSignIn: lastSignIn.map { Instant(milliseconds: $0) })
    }
}
