import CAres
import Glibc

/// The system's hosts file and resolver configuration, looked at now and then.
struct WatchedFiles: Sendable {
    private struct Stamp: Sendable, Equatable {
        var seconds: Int
        var nanoseconds: Int
        var size: Int64
        var inode: UInt64
    }

    var hostsPath = "/etc/hosts"
    var resolverPath = "/etc/resolv.conf"
    private var hosts: Stamp?
    private var resolver: Stamp?
    private var nextLook = 0

    init() { resolver = Self.stamp(resolverPath) }

    /// True at most once in five seconds.
    var isDue: Bool {
        mutating get {
            let now = time(nil)
            // A clock set back must not stop the looking.
            if now < nextLook, nextLook - now <= 5 { return false }
            nextLook = now + 5
            return true
        }
    }

    /// The bytes of the hosts file where it has changed since the last call; nothing of it beyond 4 MiB.
    mutating func changedHosts() -> [UInt8]? {
        let stamp = Self.stamp(hostsPath)
        if stamp == hosts { return nil }
        hosts = stamp
        return stamp == nil ? [] : Self.read(hostsPath, most: 4 << 20)
    }

    mutating func resolverChanged() -> Bool {
        let stamp = Self.stamp(resolverPath)
        defer { resolver = stamp }
        return stamp != resolver
    }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, size: Int64(status.st_size), inode: UInt64(status.st_ino))
    }

    private static func read(_ path: String, most: Int) -> [UInt8] {
        guard let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < most {
            let count = fread(&chunk, 1, chunk.count, file)
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }
}
