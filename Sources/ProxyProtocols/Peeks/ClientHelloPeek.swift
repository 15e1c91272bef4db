/// What the first bytes of a connection say about TLS.
public enum ClientHelloStep: Sendable, Hashable {
    case more
    /// The ClientHello's server name as sent (RFC 6066, 3): not yet canonical.
    case name(String)
    /// A ClientHello without a server name.
    case noName
    /// No TLS.
    case notTLS
    /// TLS that does not begin with a ClientHello, or with one that is malformed or over 32 KiB: an origin that forgives that may see a name
    /// in it or behind it.
    case malformed
}

/// Reads the server name out of a TLS ClientHello, however it is split over records and reads (RFC 8446, 4.1.2 and 5.1).
public struct ClientHelloPeek: Sendable {
    /// Handshake bytes out of the records read so far.
    private var handshake: [UInt8] = []
    /// Where the next record begins.
    private var recordStart = 0

    /// ClientHellos with post-quantum keys measure about 2 KiB.
    private static let longest = 32_768
    private static let longestRecord = 16_384
    private static let handshakeRecord: UInt8 = 22
    /// Every type of record there is (RFC 8446, 5.1, and RFC 6520).
    private static let recordTypes: ClosedRange<UInt8> = 20...24
    private static let clientHello: UInt8 = 1

    public init() {}

    /// - Parameter bytes: everything received so far; call again with the same bytes and more behind them after `more`.
    public mutating func read(_ bytes: UnsafeRawBufferPointer) -> ClientHelloStep {
        while true {
            guard let content = nextRecord(bytes) else {
                // The first byte alone may be any protocol's.
                if bytes.count == 1, Self.recordTypes.contains(bytes[0]) { return .more }
                return isTLS(bytes) ? .malformed : .notTLS
            }
            guard !content.isEmpty else { return .more }
            handshake.append(contentsOf: bytes[content])
            recordStart = content.upperBound
            guard handshake[0] == Self.clientHello else { return .malformed }
            guard handshake.count >= 4 else { continue }
            let length = Int(handshake[1]) << 16 | Int(handshake[2]) << 8 | Int(handshake[3])
            guard length + 4 <= Self.longest, handshake.count <= Self.longest else { return .malformed }
            if handshake.count >= length + 4 { return Self.serverName(handshake[4..<(length + 4)]) }
        }
    }

    /// Whether the first bytes are those of a TLS record. An alert may come before the ClientHello, and some origins read on behind it.
    private func isTLS(_ bytes: UnsafeRawBufferPointer) -> Bool {
        recordStart > 0 || (bytes.count > 1 && Self.recordTypes.contains(bytes[0]) && bytes[1] == 3)
    }

    /// The next record's content; an empty range where it is not there in full, nil where it is no handshake record.
    private func nextRecord(_ bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        let available = bytes.count - recordStart
        if available > 0, bytes[recordStart] != Self.handshakeRecord { return nil }
        if available > 1, bytes[recordStart + 1] != 3 { return nil }
        guard available >= 5 else { return 0..<0 }
        let length = Int(bytes[recordStart + 3]) << 8 | Int(bytes[recordStart + 4])
        // Empty handshake records are forbidden (RFC 8446, 5.1), and would let a peer keep us reading.
        guard length > 0, length <= Self.longestRecord else { return nil }
        guard available >= 5 + length else { return 0..<0 }
        return (recordStart + 5)..<(recordStart + 5 + length)
    }

    /// - Parameter body: a whole ClientHello.
    private static func serverName(_ body: ArraySlice<UInt8>) -> ClientHelloStep {
        var hello = ByteCursor(body)
        guard hello.slice(2) != nil, hello.slice(32) != nil, let session = hello.vector(1), session.count <= 32,
            let suites = hello.vector(2), !suites.isEmpty, suites.count % 2 == 0, let methods = hello.vector(1), !methods.isEmpty
        else { return .malformed }
        if hello.isAtEnd { return .noName }
        guard let list = hello.vector(2), hello.isAtEnd else { return .malformed }
        var extensions = ByteCursor(list)
        var name: ClientHelloStep = .noName
        while !extensions.isAtEnd {
            guard let type = extensions.number(2), let content = extensions.vector(2) else { return .malformed }
            guard type == 0 else { continue }
            // Twice is forbidden (RFC 8446, 4.2): which one the origin would take is anybody's guess.
            guard name == .noName, let text = hostName(content) else { return .malformed }
            name = .name(text)
        }
        return name
    }

    /// The one host name of a server_name extension.
    private static func hostName(_ content: ArraySlice<UInt8>) -> String? {
        var cursor = ByteCursor(content)
        guard let list = cursor.vector(2), cursor.isAtEnd else { return nil }
        var names = ByteCursor(list)
        guard names.number(1) == 0, let name = names.vector(2), names.isAtEnd, !name.isEmpty else { return nil }
        return name.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? String(decoding: name, as: UTF8.self) : nil
    }
}
