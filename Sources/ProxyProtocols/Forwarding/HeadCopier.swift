/// Copies field lines of a head in runs, leaving out or writing anew those that must not pass as they are.
struct HeadCopier {
    private let bytes: [UInt8]
    private var run: Range<Int>?

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// This line passes byte for byte.
    mutating func keep(_ line: HeadField, into output: inout [UInt8]) {
        if bytes[line.name.upperBound] != 0x3a {
            // White space before the colon (responses alone): written without it (RFC 9112, 5.1).
            replace(line, with: bytes[line.value], into: &output)
        } else if let run, run.upperBound == line.line.lowerBound {
            self.run = run.lowerBound..<line.line.upperBound
        } else {
            flush(into: &output)
            run = line.line
        }
    }

    /// This line passes with its name as sent and another value.
    mutating func replace(_ line: HeadField, with value: some Collection<UInt8>, into output: inout [UInt8]) {
        flush(into: &output)
        output.append(contentsOf: bytes[line.name])
        ASCII.append(": ", to: &output)
        output.append(contentsOf: value)
        ASCII.append("\r\n", to: &output)
    }

    /// Writes what was kept so far.
    mutating func flush(into output: inout [UInt8]) {
        if let run { output.append(contentsOf: bytes[run]) }
        run = nil
    }

    /// Whether a value is this number in the one way it is written.
    func isWritten(_ line: HeadField, as number: UInt64) -> Bool {
        let value = bytes[line.value]
        guard let first = value.first else { return false }
        return first != 0x30 || (number == 0 && value.count == 1)
    }
}

extension ForwardingOptions {
    /// Appends our own Via line (RFC 9110, 7.6.3).
    func appendVia(_ received: HTTPVersion, to output: inout [UInt8]) {
        guard let via else { return }
        ASCII.append("Via: ", to: &output)
        ASCII.append(received.text, to: &output)
        output.append(0x20)
        output.append(contentsOf: via.utf8)
        ASCII.append("\r\n", to: &output)
    }
}
