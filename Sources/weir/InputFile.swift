import Glibc

/// A file somebody names on the command line.
enum InputFile {
    /// The bytes of a file, of a pipe (`/dev/stdin`, `<(…)`), or of standard input for `-`.
    /// - Throws: a sentence with the path and what the system said, or that there are more than `limit` bytes.
    static func bytes(_ path: String, limit: Int) throws -> [UInt8] {
        if path == "-" { return try Terminal.readInput(limit: limit) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Terminal.Failure("\(path): \(errno == ENOENT ? "no such file" : String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        return try Terminal.read(descriptor, named: path, limit: limit)
    }
}
