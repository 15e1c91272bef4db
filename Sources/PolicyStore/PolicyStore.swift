internal import Foundation
public import Logging
public import PolicyCore
internal import PolicyFormats

/// Keeps the policy, its lists, grants, requests for access and accounts, and publishes generations of the compiled policy.
///
/// Everything that changes what is decided goes through here, one change at a time; what serves is replaced as a whole or not at all.
public actor PolicyStore {
    /// Accounts, sessions, tokens and the audit log, in the same database.
    public nonisolated let accounts: AccountStore
    /// Where the policy is kept.
    public nonisolated let isReadOnly: Bool

    let database: PolicyDatabase
    let library: ListLibrary
    let policyFile: String?
    let fetcher: any ListFetching
    let compiler: any ListCompiling
    let zones: any ZoneCatalog
    let clock: @Sendable () -> Instant
    let logger: Logger

    /// The text that runs and what it says.
    var running: RunningPolicy
    /// What was read from the policy file and could not be loaded.
    var fileErrors: [Diagnostic] = []
    var fileSignature: String?
    var listSet = ListSet.none
    var listState = ListState()
    var grantsInForce: [Grant] = []
    var generation: UInt64
    var current: PolicySnapshot
    var observers: [@Sendable (PolicySnapshot) -> Void] = []
    var lane = Lane()

    /// The policy of a database that has none yet: nobody may do anything.
    public static let emptyPolicy = "weir: 1\ngroups:\n  default:\n    default: block\n"

    /// Opens the store and compiles what is there; local lists are read, remote ones serve in the version held.
    /// - Parameters:
    ///   - directory: the data directory; made 0700 when it is not there.
    ///   - policyFile: the file that is the policy; nil keeps the policy in the database.
    ///   - clock: what time it is.
    /// - Throws: ``PolicyStoreError``: the directory cannot be used, or the policy file has errors and was never loaded before.
    public static func open(
        directory: String, policyFile: String? = nil, fetcher: any ListFetching, compiler: any ListCompiling, zones: any ZoneCatalog,
        clock: @escaping @Sendable () -> Instant, logger: Logger = Logger(label: "weir.policy"), scrypt: ScryptCost = .standard
    ) async throws -> PolicyStore {
        let store = try prepare(
            directory: directory, policyFile: policyFile, fetcher: fetcher, compiler: compiler, zones: zones, clock: clock, logger: logger,
            scrypt: scrypt)
        try await store.begin()
        return store
    }

    /// The part of ``open(directory:policyFile:fetcher:compiler:zones:clock:logger:scrypt:)`` that waits for nothing. Apart from it, because
    /// the optimiser of Swift 6.3 crashes on an async function that throws from so many places.
    @inline(never)
    private static func prepare(
        directory: String, policyFile: String?, fetcher: any ListFetching, compiler: any ListCompiling, zones: any ZoneCatalog,
        clock: @escaping @Sendable () -> Instant, logger: Logger, scrypt: ScryptCost
    ) throws -> PolicyStore {
        let library = try ListLibrary(dataDirectory: directory)
        let database = try PolicyDatabase(path: directory + "/policy.sqlite")
        let accounts = AccountStore(database: database, directory: directory, cost: scrypt, clock: clock)
        let loading = try PolicyLoading(database: database, file: policyFile, zones: zones, clock: clock)
        return try PolicyStore(
            database: database, library: library, accounts: accounts, policyFile: policyFile, fetcher: fetcher, compiler: compiler,
            zones: zones, clock: clock, logger: logger, loading: loading)
    }

    private init(
        database: PolicyDatabase, library: ListLibrary, accounts: AccountStore, policyFile: String?, fetcher: any ListFetching,
        compiler: any ListCompiling, zones: any ZoneCatalog, clock: @escaping @Sendable () -> Instant, logger: Logger,
        loading: PolicyLoading
    ) throws {
        self.database = database
        self.library = library
        self.accounts = accounts
        self.policyFile = policyFile
        self.fetcher = fetcher
        self.compiler = compiler
        self.zones = zones
        self.clock = clock
        self.logger = logger
        isReadOnly = policyFile != nil
        running = loading.running
        fileErrors = loading.errors
        fileSignature = loading.signature
        generation = try database.generation()
        current = try PolicySnapshot.compile(loading.running.document, generation: generation, lists: .none, zones: zones, grants: [])
    }

    private func begin() async throws {
        listState.records = try database.listRecords()
        grantsInForce = try database.grants(at: clock())
        await enterLane()
        defer { leaveLane() }
        await prepareLists(for: running.document)
        try publish()
    }

    /// The generation that serves.
    public var snapshot: PolicySnapshot { current }

    /// Calls `observer` with the generation that serves and then with every later one, in order. It must be quick.
    public func onPublish(_ observer: @escaping @Sendable (PolicySnapshot) -> Void) {
        observers.append(observer)
        observer(current)
    }

    /// Keeps the store up to date until it is cancelled: looks at the policy file every second, fetches lists when they are due, drops expired
    /// grants.
    public func run() async {
        while !Task.isCancelled {
            await tick()
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }

    private func tick() async {
        if policyFile != nil, fileHasChanged() { await reload() }
        startDueRefreshes()
        let now = clock()
        if let retry = listState.retry, retry <= now { await remakeImage() }
        if grantsInForce.contains(where: { $0.until.map { $0 <= now } ?? false }) {
            grantsInForce = (try? database.grants(at: now)) ?? grantsInForce
            publishGrants()
        }
    }
}

/// The policy that serves, as text and as values.
struct RunningPolicy: Sendable {
    var text: String
    var document: PolicyDocument
    var warnings: [Diagnostic]
    /// nil for a file and for a database without a revision.
    var revision: Int64?
    var since: Instant
}
