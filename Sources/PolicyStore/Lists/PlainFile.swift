internal import Crypto
internal import Foundation
internal import PolicyFormats

/// A list of one file.
struct PlainFile: SourceFiles {
    let path: String

    func table() throws -> SourceTable { SourceTable(files: [""]) }

    func read(_ wanted: Set<String>, _ body: (String, UnsafeRawBufferPointer) throws -> Void) throws {
        guard wanted.contains("") else { return }
        let file = try RegularFile(path)
        try file.read { try body("", $0) }
        try body("", UnsafeRawBufferPointer(start: nil, count: 0))
    }
}

/// A regular file open for reading. Links are followed; anything but a regular file is refused without waiting for it.
final class RegularFile {
    let descriptor: Int32
    let path: String
    let status: stat

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ListError("\(path): \(String(cString: strerror(errno)))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ListError("\(path) is not a regular file")
        }
        self.status = status
    }

    deinit { close(descriptor) }

    var count: Int { Int(status.st_size) }

    func read(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ListError("\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return }
            try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        }
    }

    /// Of the whole file, in hexadecimal digits.
    func sha256() throws -> String {
        var hash = SHA256()
        try read { hash.update(bufferPointer: $0) }
        return Secret.hexadecimal(hash.finalize())
    }

    /// - Parameter wanted: what was found when the file was stored.
    /// - Throws: ``ListError`` where it is another one.
    static func check(_ path: String, sha256 wanted: String) throws {
        let found = try RegularFile(path).sha256()
        guard found == wanted else {
            throw ListError("its SHA-256 is \(found.prefix(12))… and was \(wanted.prefix(12))… when it was stored: the file is damaged")
        }
    }

    /// The first bytes, at most `limit`.
    func head(_ limit: Int) -> [UInt8] {
        var head = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            let count = head.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: filled), limit - filled, off_t(filled))
            }
            if count <= 0 { break }
            filled += count
        }
        head.removeLast(limit - filled)
        return head
    }
}
