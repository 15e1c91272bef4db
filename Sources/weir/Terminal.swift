import Foundation
import Glibc

/// Standard output and standard error.
enum Terminal {
    /// A failure with a sentence for people.
    struct Failure: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    static func complain(_ text: String) { write(text + "\n", to: 2) }

    /// A line of the log. Whoever read standard error may have gone: a proxy does not end for that.
    static func note(_ line: String) { _ = tryWrite(line, to: 2) }

    static func say(_ text: String) { write(text + "\n", to: 1) }

    /// What an error says of itself, without the type's name around it.
    static func reason(of error: any Error) -> String {
        if let error = error as? any LocalizedError, let text = error.errorDescription { return text }
        return "\(error)"
    }

    static var isInteractive: Bool { isatty(1) == 1 }

    /// In red, for what needs somebody; plain where no person reads it, or none who wants colour.
    static func alarming(_ text: String) -> String {
        guard isInteractive, getenv("NO_COLOR") == nil else { return text }
        return "\u{1b}[31m\(text)\u{1b}[0m"
    }

    /// Writes all of it; a reader that has gone away ends the program as it ends any other in a pipe.
    static func write(_ text: String, to descriptor: Int32) {
        if !tryWrite(text, to: descriptor) { exit(1) }
    }

    /// - Returns: whether all of it was taken.
    private static func tryWrite(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    /// Standard input up to `limit` bytes.
    static func readInput(limit: Int) throws -> [UInt8] { try read(0, named: "standard input", limit: limit) }

    /// Everything behind a descriptor, up to `limit` bytes.
    /// - Throws: a sentence that begins with `name`.
    static func read(_ descriptor: Int32, named name: String, limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure("\(name): \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure("\(name): more than \(limit) bytes") }
        }
    }

    /// Columns padded to their widest cell; numbers are the caller's to align.
    static func table(_ header: [String], _ rows: [[String]]) -> String {
        var widths = header.map(\.count)
        for row in rows {
            for (i, cell) in row.enumerated() where i < widths.count { widths[i] = max(widths[i], cell.count) }
        }
        return ([header] + rows).map { row in
            row.enumerated().map { i, cell in
                i == row.count - 1 || i >= widths.count ? cell : cell.padding(toLength: widths[i], withPad: " ", startingAt: 0)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
