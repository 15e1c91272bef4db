import Foundation
import Glibc

/// `data:`, made 0700, and its lock: one server or one changing command at a time.
final class DataDirectory: Sendable {
    let path: String
    private let descriptor: Int32

    /// - Parameter patience: how long to wait for the lock, seconds: a server that was just killed leaves it a moment later.
    /// - Throws: a sentence where the directory cannot be made, another holds the lock, or a restoration cannot be finished.
    init(_ path: String, patience: Double = 3) throws {
        self.path = path
        try Self.make(path)
        let file = path + "/lock"
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Terminal.Failure("\(file): \(String(cString: strerror(errno)))") }
        let end = Date().addingTimeInterval(patience)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard Date() < end else {
                close(descriptor)
                throw Terminal.Failure("\(path): in use by another weir; stop it first, or give this one a `data:` of its own")
            }
            usleep(50_000)
        }
        // What was begun is finished before anybody reads a file here.
        try Restoration.finish(in: path)
    }

    /// Lets another have it.
    func release() { _ = flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }

    private static func make(_ path: String) throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { throw Terminal.Failure("\(path): is not a directory") }
        } else {
            try makeFolders(path)
        }
        guard chmod(path, 0o700) == 0 || errno == EPERM else {
            throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// The folder and those above it that are missing, for its owner alone.
    private static func makeFolders(_ path: String) throws {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeFolders(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw Terminal.Failure("\(path): cannot be made: \(String(cString: strerror(errno)))")
    }
}
