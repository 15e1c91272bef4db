internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import Glibc
internal import PolicyCore

/// The writing connection and what is done with it, round by round. Used by one thread at a time.
final class WritingConnection {
    struct Round {
        var rows: [VisitRow] = []
        var hasMore = false
        var hasFailed = false
        var isBackupDone = false
    }

    private var options: VisitStoreOptions
    private let shared: JournalState
    private let readers: ReadingPool
    private var queue: DatabaseQueue?
    private var drain: JournalDrain?
    private var predecessor: PredecessorUse?
    /// What it used, not yet told.
    private var foreign: [BudgetNote] = []
    private var nextUpkeep: Int64 = 0
    private var nextCheckpoint: Int64 = 0
    private(set) var status = WriterStatus()

    /// Opens the database, sets a damaged one aside, and reads what the journal adds to budgets.
    init(options: VisitStoreOptions, shared: JournalState, readers: ReadingPool) throws {
        self.options = options
        self.shared = shared
        self.readers = readers
        do {
            try open()
        } catch  where VisitDatabase.isDamage(error) {
            try setAside()
        }
    }

    /// What budgets were used for since a moment (milliseconds since 1970): from the database and from what the journal holds beyond it.
    /// To be asked before the first round.
    func seed(since: Int64) throws -> BudgetSeed {
        var seed = BudgetSeed(since: since)
        try queue?.read { try seed.read($0) }
        drain?.add(to: &seed)
        status.toReplay = seed.waiting
        predecessor = try queue?.read { try PredecessorUse(folder: shared.folder, boot: shared.boot, since: since, in: $0) }
        readPredecessor()
        return seed
    }

    /// What a predecessor used of budgets since the last call.
    func takePredecessorsUse() -> [BudgetNote] {
        defer { foreign = [] }
        return foreign
    }

    /// Everything there is to do now.
    /// - Parameters:
    ///   - parts: what the policy consists of, where that has changed.
    ///   - isLast: everything there is is taken.
    ///   - endsBoot: nothing runs any more.
    func round(
        streams: [JournalStream], parts: PolicyParts? = nil, backup: VisitBackup?, isLast: Bool, endsBoot: Bool, isWatched: Bool
    ) -> Round {
        var round = Round()
        do {
            changeZone()
            if queue == nil || drain == nil { try open() }
            repeat {
                try drainOnce(streams, isWatched: isWatched, &round)
            } while isLast && round.hasMore
            if let parts { try save(parts) }
            if endsBoot { try endOwnBoot() }
            try keepUp(&round)
            if let backup { step(backup, &round) }
            status.error = nil
        } catch {
            fail(error)
            round.hasFailed = true
        }
        return round
    }

    /// A copy begins once the database has what was journalled when it was asked for, what an earlier process left included.
    private func step(_ backup: VisitBackup, _ round: inout Round) {
        let isBehind = round.hasMore || drain?.isReplaying ?? true
        if let queue, backup.hasBegun || !isBehind { round.isBackupDone = queue.inDatabase { backup.step(from: $0) } }
        if !round.isBackupDone { round.hasMore = true }
    }

    func close() {
        drain = nil
        guard let queue else { return }
        try? queue.inDatabase { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try? queue.close()
        self.queue = nil
    }
}

extension WritingConnection {
    private func open() throws {
        drain = nil
        if queue == nil { queue = try VisitDatabase.openWriter(directory: options.directory) }
        guard let queue else { return }
        try rebuildIfNeeded(queue)
        drain = try queue.write { try JournalDrain(shared: shared, options: options, in: $0) }
        status.zone = options.zone
        try queue.read { database in
            try readCounters(database)
            status.setAside = try String.fetchOne(database, sql: "SELECT value FROM setting WHERE name = 'set-aside'")
        }
    }

    /// What was drained and not yet stored is read again: from here on it belongs to other days.
    private func changeZone() {
        let wanted = shared.zone.withLock { $0 }
        guard wanted.name != options.zone.name else { return }
        options.zone = wanted
        drain = nil
    }

    private func rebuildIfNeeded(_ queue: DatabaseQueue) throws {
        let stored = try queue.read { try String.fetchOne($0, sql: "SELECT value FROM setting WHERE name = 'zone'") }
        if stored == options.zone.name { return }
        status.isRebuilding = true
        defer { status.isRebuilding = false }
        try queue.write { try RollUpRebuild(zone: options.zone).run($0) }
    }

    private func readCounters(_ database: Database) throws {
        func counter(_ name: String) throws -> UInt64 {
            let statement = try database.cachedStatement(sql: "SELECT value FROM counter WHERE name = ?")
            return UInt64(clamping: try Int64.fetchOne(statement, arguments: [name]) ?? 0)
        }
        status.stored = try counter("stored")
        status.missing = try counter("missing")
        status.taken = drain?.taken ?? 0
        if drain?.isReplaying != true { status.toReplay = 0 }
    }

    private func drainOnce(_ streams: [JournalStream], isWatched: Bool, _ round: inout Round) throws {
        guard let queue, let drain else { return }
        readPredecessor()
        round.hasMore = drain.read(live: streams, following: predecessor?.boots ?? [])
        if drain.hasWork { try commit(queue, drain, isWatched: isWatched, &round) }
    }

    private func readPredecessor() {
        guard let notes = predecessor?.next() else { return }
        foreign += notes
        if predecessor?.boots.isEmpty == true { predecessor = nil }
    }

    private func commit(_ queue: DatabaseQueue, _ drain: JournalDrain, isWatched: Bool, _ round: inout Round) throws {
        try queue.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                try drain.save(in: database)
                return .commit
            }
            round.rows += drain.saved(isWatched: isWatched, site: options.site)
            try readCounters(database)
        }
    }

    private func save(_ parts: PolicyParts) throws {
        let today = options.zone.day(ofMinute: floorDivide(options.clock(), 60_000))
        try queue?.write { try PolicyPartsWriter(parts: parts, today: today).run($0) }
    }

    /// Nothing runs any more: what has no end by now was interrupted.
    private func endOwnBoot() throws {
        guard let queue, let drain else { return }
        var round = Round()
        drain.endOwnBoot()
        if drain.hasWork { try commit(queue, drain, isWatched: false, &round) }
        try removeFiles()
    }

    private func keepUp(_ round: inout Round) throws {
        guard let queue else { return }
        try removeFiles()
        let now = SystemTime.monotonic()
        if now >= nextCheckpoint {
            nextCheckpoint = now &+ 1_000
            try checkpointIfLong(queue)
        }
        if now >= nextUpkeep {
            let (keep, time) = (shared.keep.withLock { $0 }, options.clock())
            let retention = Retention(keep: keep, zone: options.zone, now: time)
            let hasMore = try queue.write { try retention.step($0) } || deleteTexts(queue, UnusedTexts(keep: keep, now: time))
            nextUpkeep = hasMore ? now &+ 50 : now &+ 60_000
            if hasMore { try queue.read { try readCounters($0) } }
        }
    }

    private func deleteTexts(_ queue: DatabaseQueue, _ unused: UnusedTexts) throws -> Bool {
        let step = try queue.write { try unused.step($0) }
        if step.count > 0 { drain?.forgetTexts() }
        return step.hasMore
    }

    /// Moves the WAL into the database once it is 16 MB long; readers hold back what they still need.
    private func checkpointIfLong(_ queue: DatabaseQueue) throws {
        guard FileSize.of(VisitDatabase.path(in: options.directory) + "-wal") > 16 << 20 else { return }
        queue.inDatabase { database in
            _ = sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        }
    }

    /// Deletes journal files whose visits the disk has in the database: a commit alone does not sync the WAL.
    private func removeFiles() throws {
        guard let drain, !drain.finishedFiles.isEmpty else { return }
        let files = drain.finishedFiles
        let wal = Glibc.open(VisitDatabase.path(in: options.directory) + "-wal", O_RDWR | O_CLOEXEC)
        guard wal >= 0 else { return }
        defer { Glibc.close(wal) }
        guard fdatasync(wal) == 0 else { return }
        for file in files { unlink(shared.path(file)) }
        drain.removed(files)
    }

    private func fail(_ error: any Error) {
        drain = nil
        status.error = "\(error)"
        guard VisitDatabase.isDamage(error) else { return }
        do {
            try setAside()
        } catch {
            status.error = "\(error)"
        }
    }

    /// Puts a damaged database and its WAL out of the way and begins a new one.
    private func setAside() throws {
        drain = nil
        try? queue?.close()
        queue = nil
        let path = VisitDatabase.path(in: options.directory)
        let aside = path + ".damaged-\(options.clock())"
        for suffix in ["", "-wal", "-shm"] { rename(path + suffix, aside + suffix) }
        readers.drop()
        try open()
        status.setAside = aside
        let now = options.clock()
        try queue?.write { database in
            try database.execute(sql: WritingSQL.addGap, arguments: [0, now, nil, "set-aside"])
            try database.execute(
                sql: "INSERT INTO setting (name, value) VALUES ('set-aside', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                arguments: [aside])
        }
    }
}

/// Sizes of files.
enum FileSize {
    /// Bytes; 0 where there is no such file.
    static func of(_ path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(clamping: status.st_size) : 0
    }
}
