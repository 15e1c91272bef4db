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

    static func say(_ text: String) { write(text + "\n", to: 1) }

    /// What an error says of itself, without the type's name around it.
    static func reason(of error: any Error) -> String {
        if let error = error as? any LocalizedError, let text = error.errorDescription { return text }
        return "\(error)"
    }

    static var isInteractive: Bool { isatty(1) == 1 }

    /// Writes all of it; a reader that has gone away ends the program as it ends any other in a pipe.
    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                exit(1)
            }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Standard input up to `limit` bytes.
    static func readInput(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure("standard input: \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure("standard input: more than \(limit) bytes") }
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
