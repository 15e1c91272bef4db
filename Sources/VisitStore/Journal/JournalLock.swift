internal import Glibc

/// The lock a recording process holds on its journal for as long as it lives.
final class JournalLock: Sendable {
    private let descriptor: CInt

    /// - Throws: ``VisitStoreError/inUse(_:)`` where another process records here.
    init(folder: String) throws {
        let path = Self.path(folder)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw VisitStoreError.file(path, DiskError(code: errno).description) }
        // Throwing now runs deinit, which closes the descriptor.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { throw VisitStoreError.inUse(folder) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
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
