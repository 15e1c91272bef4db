import PatternMatching

/// The Host field beside the target (RFC 9112, 3.2; RFC 9110, 7.2).
enum HostField {
    /// Whether Host names something else than the target. Throws where its value is no host and port.
    /// - Parameters:
    ///   - value: where the value stands in `bytes`.
    ///   - authority: where the target's own authority stands, nil for origin-form and `*`.
    static func differs(
        _ bytes: UnsafeRawBufferPointer, value: Range<Int>, authority: Range<Int>?, url: RequestURL?
    ) throws(Refusal) -> Bool {
        let text = UnsafeRawBufferPointer(rebasing: bytes[value])
        if let authority, ASCII.sameLetters(bytes, value, authority) { return false }
        if text.isEmpty { return url != nil }
        let port = try check(text)
        let named: RequestURL
        do throws(RequestURLError) {
            named = try RequestURL(Array("http://".utf8) + Array(text) + [0x2f])
        } catch { throw .badHost("Host is no host") }
        guard !named.bytes[named.hostRange].contains(0x2c) else { throw .badHost("a comma in Host") }
        guard let url else { return false }
        guard named.bytes[named.hostRange] == url.bytes[url.hostRange] else { return true }
        if port == nil, url.isTunnel { return false }
        return named.port != url.port
    }

    /// Refuses what would let a host mean two things; gives the port as far as one is written.
    private static func check(_ text: UnsafeRawBufferPointer) throws(Refusal) -> UInt64? {
        for byte in text {
            switch byte {
            case 0x40, 0x2f, 0x5c, 0x3f, 0x23, 0x2c, 0x20, 0x09: throw .badHost("Host holds more than a host and port")
            default: continue
            }
        }
        let bracket = text.lastIndex(of: 0x5d)
        guard let colon = text.lastIndex(of: 0x3a), colon > bracket ?? -1 else { return nil }
        if colon + 1 == text.count { return nil }
        guard let port = ContentLength.number(text, (colon + 1)..<text.count), port < 65_536 else { throw .badHost("Host has a bad port") }
        return port
    }
}
