import ProxyProtocols

/// The media type of a reply as policies and visits say it.
enum MediaType {
    /// `type/subtype` in lower case without parameters; nil where the origin names none or no such thing.
    static func of(_ head: ResponseHead) -> String? {
        guard let field = head.first(of: .contentType) else { return nil }
        var end = field.startIndex
        var hasSlash = false
        while end < field.endIndex, field[end] != UInt8(ascii: ";"), field[end] > 0x20, field[end] < 0x7f {
            if field[end] == UInt8(ascii: "/") { hasSlash = true }
            end += 1
        }
        guard hasSlash, end - field.startIndex <= 127 else { return nil }
        return String(unsafeUninitializedCapacity: end - field.startIndex) { target in
            for (at, byte) in field[..<end].enumerated() {
                target[at] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
            }
            return end - field.startIndex
        }
    }
}
