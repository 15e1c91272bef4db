internal import Foundation
public import GRDB
internal import Glibc
public import PolicyCore
internal import Synchronization
public import Visits

/// Records visits and gives them back: a journal that event loops append to, a database that one thread drains it into, and connections that
/// only read. Losing the process loses nothing that was flushed.
public final class VisitStore: VisitReading, Sendable {
    private let options: VisitStoreOptions
    private let lock: JournalLock
    private let shared: JournalState
    private let keeper: JournalKeeper
    private let writer: VisitWriter
    private let reader: VisitReader
    private let watchers = LiveVisits()
    private let uses = ForeignUse()
    private let seed: Mutex<[BudgetNote]>
    private let isClosed = Mutex(false)
    private let living = Mutex<LivingBoot?>(nil)

    /// Opens a data directory for recording; makes what is missing, sets a damaged database aside and begins to replay what an earlier process
    /// left in the journal. Recording can begin at once.
    /// - Throws: ``VisitStoreError``: the directory cannot be used, another process records there, the database is a newer Weir's.
    public static func open(_ options: VisitStoreOptions) throws -> VisitStore { try VisitStore(options) }

    private init(_ options: VisitStoreOptions) throws {
        self.options = options
        let folder = options.directory + "/journal"
        try Self.makeFolder(folder)
        lock = try JournalLock(folder: folder)
        Self.removeSpares(in: folder)
        let boot = UInt64.random(in: 1...UInt64(Int64.max))
        shared = JournalState(folder: folder, boot: boot, kernel: KernelBoot.current, options: options)
        keeper = JournalKeeper(shared: shared)
        reader = VisitReader(directory: options.directory, zone: options.zone, readers: options.readers, isRecording: true)
        do {
            let connection = try WritingConnection(options: options, shared: shared, readers: reader.pool)
            // A predecessor's use so far is part of the seed; what it goes on to use is told as it comes.
            seed = Mutex(try connection.seed(since: options.clock() &- 8 * 86_400_000).notes + connection.takePredecessorsUse())
            writer = VisitWriter(connection: connection, options: options, keeper: keeper, live: watchers, uses: uses)
        } catch let error as DatabaseError {
            throw VisitStoreError.database(error.description)
        }
        keeper.start()
        writer.start()
    }

    /// The recorder of one event loop. Each `stream` once.
    /// - Parameter stream: the loop's index, 0…65,535.
    public func makeRecorder(stream: Int) -> any VisitRecorder {
        let recorder = JournalStream(index: UInt16(truncatingIfNeeded: stream), shared: shared, keeper: keeper)
        keeper.add(recorder)
        return recorder
    }

    /// The zone whose days and hours the roll-ups are in.
    public var zone: ReportingZone { writer.status.zone }

    /// Builds the roll-ups again in this zone, where they are in another one, and goes on in it. Recording goes on meanwhile; ``zone`` says
    /// when it is done.
    public func use(_ zone: ReportingZone) { shared.zone.withLock { $0 = zone } }

    /// From now on keeps visits for so long, and does this while the disk is full.
    public func change(keep: VisitStoreOptions.Keep, whenFull: VisitStoreOptions.WhenFull) {
        shared.keep.withLock { $0 = keep }
        shared.countsWhenFull.store(whenFull == .serveAndCount, ordering: .relaxed)
    }

    /// What budgets were used for in the last eight days before the store was opened, to fill a ``PolicyCore/PolicyLedger`` with. Given once.
    public func ledgerSeed(since: Instant) -> [BudgetNote] {
        seed.withLock { notes in
            defer { notes = [] }
            return notes.filter { $0.minute >= since.minute }
        }
    }

    /// Tells what a predecessor that handed this directory over, and still ends what it began, uses of budgets from now on: within a tenth of
    /// a second of its writing it down. One observer; called on the thread that writes.
    public func onPredecessorsUse(_ observer: @escaping @Sendable ([BudgetNote]) -> Void) { uses.observe(observer) }

    public func status() -> VisitStoreStatus {
        let known = writer.status
        var flushed: UInt64 = 0
        var dropped: UInt64 = 0
        for stream in keeper.allStreams {
            let published = stream.published
            flushed &+= published.sequence
            dropped &+= published.dropped
        }
        var status = VisitStoreStatus(recording: shared.isStopped.load(ordering: .acquiring) ? .stopped : .ok)
        status.stored = known.stored
        let waiting = known.taken &+ dropped
        status.journal = known.toReplay &+ (flushed > waiting ? flushed &- waiting : 0)
        status.missing = known.missing &+ dropped
        status.refused = shared.refused.load(ordering: .relaxed)
        status.unread = shared.unread.load(ordering: .relaxed)
        status.setAside = known.setAside
        status.error = shared.error ?? known.error
        status.isRebuilding = known.isRebuilding
        let database = VisitDatabase.path(in: options.directory)
        status.databaseBytes = FileSize.of(database) &+ FileSize.of(database + "-wal")
        status.journalBytes = SegmentName.all(in: shared.folder).reduce(0) { $0 &+ FileSize.of(shared.path($1.file)) }
        return status
    }

    /// Visits as they are stored, a tenth of a second late: once when begun, where they last, and once when ended. Slow readers lose the oldest.
    public var live: AsyncStream<VisitRow> { live(buffer: 512) }

    /// The same, for who must not miss any while it is no further behind than `buffer` rows.
    public func live(buffer: Int) -> AsyncStream<VisitRow> { watchers.subscribe(buffer: buffer) }

    /// Tells what the policy in force consists of. Written with the next batch, by the thread that writes; the caller does not wait.
    public func describe(_ parts: PolicyParts) { writer.describe(parts) }

    /// Copies the database to a file, some pages at a time on the writer's own connection, once it has all that is journalled by now. Blocks the
    /// caller until it is done.
    /// - Parameter path: must not exist.
    public func backup(to path: String) throws {
        if FileManager.default.fileExists(atPath: path) { throw VisitStoreError.file(path, "is there already") }
        let backup = VisitBackup(path: path)
        writer.add(backup)
        try backup.wait()
    }

    /// Writes everything recorded into the database and lets go of it. Recorders must not be used any more. Blocks until done.
    public func close() {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        if !isFirst { return endLiving() }
        for stream in keeper.allStreams { _ = stream.close() }
        keeper.end()
        writer.end()
        watchers.finish()
        reader.close()
        lock.release()
    }

    /// Writes everything recorded so far into the database and lets go of it, so that another process may open the directory; goes on
    /// recording into the journal, which that process takes over once this one has called ``close()`` or is gone. Blocks until done.
    /// - Throws: ``VisitStoreError`` where the journal cannot be marked; nothing has changed then.
    public func handOver() throws {
        let mark = try LivingBoot(boot: shared.boot, folder: shared.folder)
        let isTaken = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isTaken else { return mark.end() }
        living.withLock { $0 = mark }
        writer.end(isHandingOver: true)
        watchers.finish()
        reader.close()
        lock.release()
    }

    /// The end of recording for a store that was handed over.
    private func endLiving() {
        let mark = living.withLock { mark in
            defer { mark = nil }
            return mark
        }
        guard let mark else { return }
        for stream in keeper.allStreams { _ = stream.close() }
        keeper.end()
        mark.end()
    }

    deinit { close() }
}

extension VisitStore {
    public func read<Value>(seconds: Double, _ body: (Database) throws -> Value) throws -> Value {
        try reader.read(seconds: seconds, body)
    }

    public func coverage(from: Instant?, to: Instant?) throws -> Coverage { try reader.coverage(from: from, to: to) }

    public func visits(matching query: VisitQuery, before cursor: VisitCursor?, limit: Int) throws -> VisitPage {
        try reader.visits(matching: query, before: cursor, limit: limit)
    }

    public func each(
        matching query: VisitQuery, oldestFirst: Bool, includingJournal: Bool, _ body: (VisitRow) throws -> Bool
    ) throws {
        try reader.each(matching: query, oldestFirst: oldestFirst, includingJournal: includingJournal, body)
    }

    public func journalled() throws -> JournalledVisits { try reader.journalled() }

    public func recentClients(limit: Int) throws -> [DeviceSeen] { try reader.recentClients(limit: limit) }
}

extension VisitStore {
    private static func makeFolder(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw VisitStoreError.file(folder, "cannot be made: \(error.localizedDescription)")
        }
    }

    /// Segments an earlier process prepared and never used; one that still records keeps its own.
    private static func removeSpares(in folder: String) {
        let living = LivingBoot.all(in: folder).map { String($0, radix: 16) + "-" }
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where file.contains(".spare") && !living.contains(where: file.hasPrefix) {
            unlink(folder + "/" + file)
        }
    }
}

/// Tells this start of the machine from others.
enum KernelBoot {
    /// A hash of the kernel's boot id; 0 where there is none.
    static let current: UInt64 = {
        guard let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8) else { return 0 }
        // FNV-1a, cut to what SQLite's integers hold.
        return text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } >> 1
    }()
}
