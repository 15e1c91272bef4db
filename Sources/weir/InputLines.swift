import Glibc

/// Standard input as lines, as they arrive.
struct InputLines {
    private var rest: [UInt8] = []
    private var ended = false
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    /// Waits for input.
    /// - Returns: the lines that are complete, without their ends; at the end of input what is left; then nil.
    mutating func next() throws -> [String]? {
        if ended { return nil }
        let count = chunk.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { return [] }
            throw Terminal.Failure("standard input: \(String(cString: strerror(errno)))")
        }
        ended = count == 0
        let start = rest.count
        rest += chunk[..<count]
        var lines: [String] = []
        var from = 0
        for at in start..<rest.count where rest[at] == UInt8(ascii: "\n") {
            lines.append(Self.text(rest[from..<at]))
            from = at + 1
        }
        rest.removeFirst(from)
        if ended, !rest.isEmpty {
            lines.append(Self.text(rest[...]))
            rest = []
        }
        return lines
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
    }
}
