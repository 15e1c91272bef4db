internal import Glibc
internal import Synchronization

/// The mark of a process that handed the database over and still writes its journal: a locked file beside its segments. Its successor leaves
/// those segments alone until the lock is gone, however the process ended.
final class LivingBoot: Sendable {
    private static let suffix = ".living"

    private let path: String
    private let descriptor: Mutex<CInt>

    /// - Throws: ``VisitStoreError/file(_:_:)`` where the mark cannot be made.
    init(boot: UInt64, folder: String) throws {
        path = Self.path(boot, folder)
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if opened < 0 { throw VisitStoreError.file(path, DiskError(code: errno).description) }
        descriptor = Mutex(opened)
        if flock(opened, LOCK_EX | LOCK_NB) != 0 { throw VisitStoreError.inUse(folder) }
    }

    deinit { end() }

    func end() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            unlink(path)
            close(descriptor)
            descriptor = -1
        }
    }

    /// Boots whose process is alive. Marks without a process are removed.
    static func all(in folder: String) -> Set<UInt64> {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: Set<UInt64> = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(suffix), let boot = UInt64(name.dropLast(suffix.count), radix: 16) else { continue }
            if isHeld(boot, in: folder) { found.insert(boot) } else { unlink(path(boot, folder)) }
        }
        return found
    }

    static func isHeld(_ boot: UInt64, in folder: String) -> Bool {
        let descriptor = open(path(boot, folder), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    private static func path(_ boot: UInt64, _ folder: String) -> String { folder + "/" + String(boot, radix: 16) + suffix }
}
