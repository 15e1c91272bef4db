internal import Synchronization

/// What all streams of one boot share: who they are, whether the disk takes their visits, what was counted.
final class JournalState: Sendable {
    let folder: String
    let boot: UInt64
    let kernel: UInt64
    let isStrict: Bool
    let countsWhenFull: Bool
    let segmentBytes: Int
    let disk: JournalDisk
    /// True from the first write the disk refused until everything waiting is written.
    let isStopped = Atomic<Bool>(false)
    let refused = Atomic<UInt64>(0)
    let unread = Atomic<UInt64>(0)
    private let lastError = Mutex<String?>(nil)

    init(folder: String, boot: UInt64, kernel: UInt64, options: VisitStoreOptions) {
        self.folder = folder
        self.boot = boot
        self.kernel = kernel
        isStrict = options.durability == .strict
        countsWhenFull = options.whenFull == .serveAndCount
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

    func path(_ file: String) -> String { folder + "/" + file }
}
