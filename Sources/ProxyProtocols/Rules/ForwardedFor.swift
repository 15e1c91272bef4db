public import PatternMatching

/// X-Forwarded-For from peers that are trusted to write it.
public enum ForwardedFor {
    /// The address nearest to us that is not a trusted peer's: read from the right, it stops at the first element that is no address. Where
    /// every address is trusted, the farthest one.
    /// - Parameters:
    ///   - peer: the connection's own address, itself trusted or not.
    ///   - head: whose X-Forwarded-For lines are read.
    public static func client(peer: IPAddress, head: RequestHead, isTrusted: (IPAddress) -> Bool) -> IPAddress {
        var client = peer
        for line in head.fields.lines.reversed() where line.known == .xForwardedFor {
            for element in head.bytes[line.value].split(separator: 0x2c, omittingEmptySubsequences: false).reversed() {
                guard isTrusted(client), let next = address(element) else { return client }
                client = next
            }
        }
        return client
    }

    /// An address, with brackets and a port where proxies add them.
    private static func address(_ element: ArraySlice<UInt8>) -> IPAddress? {
        var text = element.drop(while: ByteClass.isBlank)
        while let last = text.last, ByteClass.isBlank(last) { text.removeLast() }
        guard text.count <= 64 else { return nil }
        if text.first == 0x5b, let end = text.firstIndex(of: 0x5d) {
            text = text[(text.startIndex + 1)..<end]
        } else if let colon = text.firstIndex(of: 0x3a), text.lastIndex(of: 0x3a) == colon {
            text = text[..<colon]
        }
        return IPAddress(String(decoding: text, as: UTF8.self))
    }
}
