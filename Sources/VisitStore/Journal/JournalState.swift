internal import Glibc
internal import Synchronization

/// What all streams of one boot share: who they are, whether the disk takes their visits, what was counted.
final class JournalState: Sendable {
    let folder: String
    let boot: UInt64
    let kernel: UInt64
    let isStrict: Bool
    /// Whether requests are served while the disk is full.
    let countsWhenFull: Atomic<Bool>
    let keep: Mutex<VisitStoreOptions.Keep>
    /// The zone roll-ups are to be in.
    let zone: Mutex<ReportingZone>
    let segmentBytes: Int
    let disk: JournalDisk
    /// True from the first write the disk refused until everything waiting is written.
    let isStopped = Atomic<Bool>(false)
    /// True where a segment was made since the folder was last synced.
    let isFolderDirty = Atomic<Bool>(false)
    let refused = Atomic<UInt64>(0)
    let unread = Atomic<UInt64>(0)
    private let lastError = Mutex<String?>(nil)

    init(folder: String, boot: UInt64, kernel: UInt64, options: VisitStoreOptions) {
        self.folder = folder
        self.boot = boot
        self.kernel = kernel
        isStrict = options.durability == .strict
        countsWhenFull = Atomic(options.whenFull == .serveAndCount)
        keep = Mutex(options.keep)
        zone = Mutex(options.zone)
        segmentBytes = options.segmentBytes
        disk = options.disk
    }

    var error: String? { lastError.withLock { $0 } }

    func stop(_ error: DiskError) {
        lastError.withLock { $0 = "journal: \(error)" }
        isStopped.store(true, ordering: .releasing)
    }

    func goOn() {
        lastError.withLock { $0 = nil }
        isStopped.store(false, ordering: .releasing)
    }

    /// Syncs the folder where it has new files, so that a segment's name is as safe as its bytes.
    func syncFolder() throws {
        guard isFolderDirty.exchange(false, ordering: .acquiringAndReleasing) else { return }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let isSynced = descriptor >= 0 && fsync(descriptor) == 0
        let code = errno
        if descriptor >= 0 { close(descriptor) }
        if isSynced { return }
        isFolderDirty.store(true, ordering: .releasing)
        throw DiskError(code: code)
    }

    func path(_ file: String) -> String { folder + "/" + file }
}
