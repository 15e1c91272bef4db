/// A query parameter that a request is sent with whatever it says itself.
enum QueryParameter {
    /// Appends path and query with every parameter of this name, however it is spelt (percent-encoding, letter case), taken out of the query and
    /// this one put at its end.
    /// - Parameters:
    ///   - name, value: of bytes that need no encoding.
    ///   - path: path and query.
    static func append(_ name: String, _ value: String, to path: ArraySlice<UInt8>, into output: inout [UInt8]) {
        guard let mark = path.firstIndex(of: UInt8(ascii: "?")) else {
            output.append(contentsOf: path)
            output.append(UInt8(ascii: "?"))
            return append(name, value, to: &output)
        }
        output.append(contentsOf: path[...mark])
        for piece in path[(mark + 1)...].split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        where !piece.isEmpty && !isNamed(piece, name) {
            output.append(contentsOf: piece)
            output.append(UInt8(ascii: "&"))
        }
        append(name, value, to: &output)
    }

    private static func append(_ name: String, _ value: String, to output: inout [UInt8]) {
        output.append(contentsOf: name.utf8)
        output.append(UInt8(ascii: "="))
        output.append(contentsOf: value.utf8)
    }

    /// Whether what stands before the first `=` is this name once decoded; white space around it counts for nothing.
    private static func isNamed(_ piece: ArraySlice<UInt8>, _ name: String) -> Bool {
        var rest = piece.prefix { $0 != UInt8(ascii: "=") }
        var decoded: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(digit), let low = rest.dropFirst().first.flatMap(digit) {
                decoded.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        let trimmed = decoded.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
        return ASCII.equals(Array(trimmed), name)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }
}
