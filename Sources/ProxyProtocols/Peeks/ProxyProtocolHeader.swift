public import PatternMatching

/// A PROXY protocol header, version 1 or 2, as a trusted peer puts it before everything else (haproxy's proxy-protocol.txt).
public struct ProxyProtocolHeader: Sendable, Hashable {
    /// The client's address and port; nil for `UNKNOWN` and `LOCAL`: the connection's own hold.
    public var source: IPAddress?
    public var sourcePort: UInt16
    public var destination: IPAddress?
    public var destinationPort: UInt16

    public enum Step: Sendable, Hashable {
        case more
        case header(ProxyProtocolHeader, length: Int)
        /// The connection does not begin with one.
        case none
        case refuse(Refusal)
    }

    public init(source: IPAddress? = nil, sourcePort: UInt16 = 0, destination: IPAddress? = nil, destinationPort: UInt16 = 0) {
        self.source = source
        self.sourcePort = sourcePort
        self.destination = destination
        self.destinationPort = destinationPort
    }

    /// A version 1 line with its CRLF.
    private static let longestLine = 107
    /// Type-length-values of version 2 come to a few hundred bytes at most.
    private static let longestBody = 4_096
    private static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
    private static let word: [UInt8] = Array("PROXY ".utf8)

    /// - Parameter bytes: everything received so far.
    public static func read(_ bytes: UnsafeRawBufferPointer) -> Step {
        if begins(bytes, with: signature) { return bytes.count < signature.count ? .more : binary(bytes) }
        if begins(bytes, with: word) { return bytes.count < word.count ? .more : line(bytes) }
        return .none
    }

    /// Whether as many bytes as there are agree; true for no bytes at all.
    private static func begins(_ bytes: UnsafeRawBufferPointer, with text: [UInt8]) -> Bool {
        zip(bytes, text).allSatisfy { $0 == $1 }
    }

    private static func malformed(_ detail: String) -> Step { .refuse(Refusal(status: 400, code: "bad-proxy-header", detail: detail)) }

    // MARK: - Version 1

    private static func line(_ bytes: UnsafeRawBufferPointer) -> Step {
        let bound = min(bytes.count, longestLine)
        guard let lf = ByteScan.first(0x0a, bytes, 0..<bound) else {
            return bytes.count < longestLine ? .more : malformed("a PROXY line that is too long")
        }
        guard lf > 0, bytes[lf - 1] == 0x0d else { return malformed("a PROXY line that does not end in CRLF") }
        let parts = bytes[0..<(lf - 1)].split(separator: 0x20, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        if parts.count >= 2, parts[1] == "UNKNOWN" { return .header(ProxyProtocolHeader(), length: lf + 1) }
        guard parts.count == 6, parts[1] == "TCP4" || parts[1] == "TCP6", let source = IPAddress(parts[2]),
            let destination = IPAddress(parts[3]), let sourcePort = port(parts[4]), let destinationPort = port(parts[5]),
            parts[1] == "TCP6" || (source.isV4 && destination.isV4)
        else { return malformed("a malformed PROXY line") }
        let header = ProxyProtocolHeader(
            source: source, sourcePort: sourcePort, destination: destination, destinationPort: destinationPort)
        return .header(header, length: lf + 1)
    }

    private static func port(_ text: String) -> UInt16? {
        guard !text.isEmpty, text.utf8.allSatisfy(ByteClass.isDigit) else { return nil }
        return UInt16(text)
    }

    // MARK: - Version 2

    private static func binary(_ bytes: UnsafeRawBufferPointer) -> Step {
        guard bytes.count >= 16 else { return .more }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        guard bytes[12] >> 4 == 2, bytes[12] & 15 <= 1 else { return malformed("another version or command of the PROXY protocol") }
        guard length <= longestBody else { return malformed("a PROXY header that is too long") }
        guard bytes.count >= 16 + length else { return .more }
        let isLocal = bytes[12] & 15 == 0
        var body = ByteCursor(Array(bytes[16..<(16 + length)])[...])
        switch bytes[13] {
        case _ where isLocal: return .header(ProxyProtocolHeader(), length: 16 + length)
        case 0x11: return addresses(&body, width: 4, length: 16 + length)
        case 0x21: return addresses(&body, width: 16, length: 16 + length)
        default: return .header(ProxyProtocolHeader(), length: 16 + length)
        }
    }

    private static func addresses(_ body: inout ByteCursor, width: Int, length: Int) -> Step {
        guard let source = body.slice(width), let destination = body.slice(width), let sourcePort = body.number(2),
            let destinationPort = body.number(2)
        else { return malformed("a PROXY header that is too short") }
        let header = ProxyProtocolHeader(
            source: address(source), sourcePort: UInt16(truncatingIfNeeded: sourcePort), destination: address(destination),
            destinationPort: UInt16(truncatingIfNeeded: destinationPort))
        return .header(header, length: length)
    }

    /// - Parameter bytes: 4 or 16 of them.
    private static func address(_ bytes: ArraySlice<UInt8>) -> IPAddress {
        if bytes.count == 4 { return IPAddress(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) }) }
        return IPAddress(
            high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
