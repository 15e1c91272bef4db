internal import Foundation
internal import GRDB
internal import Glibc
internal import Synchronization

/// The thread that owns the one writing connection: drains the journal every so often, and between batches deletes what is too old, moves
/// the WAL into the database, frees journal files and copies backups. Nobody on the proxy's path ever waits for it.
final class VisitWriter: @unchecked Sendable {
    // Invariant: `backups`, `isEnding`, `isHandingOver` and `hasEnded` are touched only while `condition` is locked; `connection` is
    // touched by the writer's thread only once `start` was called; what others ask for is in `published`.
    private let condition = NSCondition()
    private var backups: [VisitBackup] = []
    private var isEnding = false
    private var isHandingOver = false
    private var hasEnded = false
    private var connection: WritingConnection

    private let options: VisitStoreOptions
    private let keeper: JournalKeeper
    private let live: LiveVisits
    private let uses: ForeignUse
    private let published: Mutex<WriterStatus>
    /// What is to be written of the policy, nil where the database has it; and what was told last.
    private let parts = Mutex<(pending: PolicyParts?, told: PolicyParts?)>((nil, nil))

    init(connection: WritingConnection, options: VisitStoreOptions, keeper: JournalKeeper, live: LiveVisits, uses: ForeignUse) {
        self.connection = connection
        self.options = options
        self.keeper = keeper
        self.live = live
        self.uses = uses
        published = Mutex(connection.status)
    }

    var status: WriterStatus { published.withLock { $0 } }

    func start() {
        Thread { [self] in
            ThreadName.set("weir-visits")
            run()
        }.start()
    }

    func describe(_ parts: PolicyParts) {
        self.parts.withLock { known in
            if known.told != parts { known = (parts, parts) }
        }
    }

    func add(_ backup: VisitBackup) {
        condition.lock()
        let isTaken = !isEnding && !hasEnded
        if isTaken { backups.append(backup) }
        condition.signal()
        condition.unlock()
        if !isTaken { backup.finish(.failure(VisitStoreError.closed)) }
    }

    /// Drains what is left, lets go of the database and ends the thread.
    /// - Parameter isHandingOver: this process goes on recording: what runs is not over.
    func end(isHandingOver: Bool = false) {
        condition.lock()
        self.isHandingOver = isHandingOver
        isEnding = true
        condition.signal()
        while !hasEnded { condition.wait() }
        condition.unlock()
    }

    /// Steps below the event loops: on a busy machine they come first, and there is still enough to keep up with them.
    private static let nice: CInt = 5

    private func run() {
        // On Linux the priority is a thread's own.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.nice)
        var pause = options.drainMilliseconds
        while true {
            let isLast = wait(milliseconds: pause)
            pause = round(isLast: isLast)
            if isLast { break }
        }
        connection.close()
        condition.lock()
        let unserved = backups
        backups = []
        hasEnded = true
        condition.broadcast()
        condition.unlock()
        for backup in unserved { backup.finish(.failure(VisitStoreError.closed)) }
    }

    /// - Returns: how long to wait before the next.
    private func round(isLast: Bool) -> Int {
        let parts = parts.withLock { $0.pending }
        let result = connection.round(
            streams: keeper.allStreams, parts: parts, backup: firstBackup, isLast: isLast, endsBoot: isLast && !goesOn,
            isWatched: live.isWatched)
        if !result.hasFailed { self.parts.withLock { if $0.pending == parts { $0.pending = nil } } }
        live.publish(result.rows)
        uses.publish(connection.takePredecessorsUse())
        if result.isBackupDone { removeFirstBackup() }
        published.withLock { $0 = connection.status }
        if result.hasFailed { return 1_000 }
        return result.hasMore ? 0 : options.drainMilliseconds
    }

    private var goesOn: Bool {
        condition.lock()
        defer { condition.unlock() }
        return isHandingOver
    }

    private var firstBackup: VisitBackup? {
        condition.lock()
        defer { condition.unlock() }
        return backups.first
    }

    private func removeFirstBackup() {
        condition.lock()
        defer { condition.unlock() }
        if !backups.isEmpty { backups.removeFirst() }
    }

    private func wait(milliseconds: Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        if !isEnding && milliseconds > 0 {
            _ = condition.wait(until: Date(timeIntervalSinceNow: Double(milliseconds) / 1_000))
        }
        return isEnding
    }
}

/// What the writer last knew, for status.
struct WriterStatus: Sendable {
    var stored: UInt64 = 0
    var missing: UInt64 = 0
    /// Beginnings of this boot's streams that the database has.
    var taken: UInt64 = 0
    var error: String?
    var setAside: String?
    var isRebuilding = false
    /// The zone roll-ups are in.
    var zone = ReportingZone.utc
    /// Beginnings older boots left in the journal, at start; 0 once they are replayed.
    var toReplay: UInt64 = 0
}
