internal import Glibc

/// An errno with its text.
struct DiskError: Error, Sendable, CustomStringConvertible {
    let code: CInt

    var description: String { String(cString: strerror(code)) }
}

/// What the journal does with files: a value, so that a test can make the disk full.
struct JournalDisk: Sendable {
    /// Makes a file of `bytes` zero bytes whose space is taken; gives its descriptor.
    var create: @Sendable (_ path: String, _ bytes: Int) throws -> CInt
    /// `pwrite(2)`: bytes written, which may be fewer.
    var write: @Sendable (_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer, _ offset: Int) throws -> Int
    /// `fdatasync(2)`.
    var sync: @Sendable (_ descriptor: CInt) throws -> Void

    static let system = JournalDisk(
        create: { path, bytes in
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            if descriptor < 0 { throw DiskError(code: errno) }
            let failure = posix_fallocate(descriptor, 0, bytes)
            if failure != 0 {
                Glibc.close(descriptor)
                unlink(path)
                throw DiskError(code: failure)
            }
            return descriptor
        },
        write: { descriptor, bytes, offset in
            while true {
                let written = pwrite(descriptor, bytes.baseAddress, bytes.count, offset)
                if written > 0 { return written }
                if written == 0 { throw DiskError(code: EIO) }
                if errno != EINTR { throw DiskError(code: errno) }
            }
        },
        sync: { descriptor in
            while fdatasync(descriptor) != 0 {
                if errno != EINTR { throw DiskError(code: errno) }
            }
        })
}
