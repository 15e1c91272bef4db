/// A status line's parts (RFC 9112, 4).
struct StatusLine: Sendable {
    let version: HTTPVersion
    /// 100…999: some sites use what no registry lists.
    let status: UInt16
    let reason: Range<Int>

    /// - Parameter line: the line without its CRLF; no control but HTAB in it. A missing space behind the status is forgiven.
    init(_ bytes: UnsafeRawBufferPointer, line: Range<Int>) throws(Refusal) {
        let text = UnsafeRawBufferPointer(rebasing: bytes[line])
        guard text.count >= 12, text[8] == 0x20, text.count == 12 || text[12] == 0x20 else { throw .badResponse("no status line") }
        let name = UnsafeRawBufferPointer(rebasing: text[0..<8])
        if ASCII.isExactly(name, "HTTP/1.1") {
            version = .v11
        } else if ASCII.isExactly(name, "HTTP/1.0") {
            version = .v10
        } else {
            throw .badResponse("another protocol than HTTP/1")
        }
        var value: UInt16 = 0
        for i in 9..<12 {
            guard ByteClass.isDigit(text[i]) else { throw .badResponse("a status that is no number") }
            value = value &* 10 &+ UInt16(text[i] &- 0x30)
        }
        guard value >= 100 else { throw .badResponse("a status below 100") }
        status = value
        reason = min(line.lowerBound + 13, line.upperBound)..<line.upperBound
    }
}
