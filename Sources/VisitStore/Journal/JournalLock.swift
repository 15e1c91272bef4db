internal import Glibc
internal import Synchronization

/// The lock a recording process holds on its journal for as long as it lives.
final class JournalLock: Sendable {
    private let descriptor: Mutex<CInt>

    /// - Throws: ``VisitStoreError/inUse(_:)`` where another process records here.
    init(folder: String) throws {
        let path = Self.path(folder)
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if opened < 0 { throw VisitStoreError.file(path, DiskError(code: errno).description) }
        descriptor = Mutex(opened)
        // Throwing now runs deinit, which closes the descriptor.
        if flock(opened, LOCK_EX | LOCK_NB) != 0 { throw VisitStoreError.inUse(folder) }
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    /// Whether some process records here.
    static func isHeld(in folder: String) -> Bool {
        let descriptor = open(path(folder), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    private static func path(_ folder: String) -> String { folder + "/lock" }
}
