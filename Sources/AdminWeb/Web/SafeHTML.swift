import Mustache

/// Escapes byte for byte. The library's own escaping goes by `Character`, for which a quote followed by a combining mark is one other
/// character and passes unescaped: enough to leave an attribute.
struct SafeHTML: MustacheContentType {
    static let name = "SAFE"

    /// Registers the content type under ``name``; every template begins by choosing it.
    static func register() { MustacheContentTypes.register(SafeHTML(), named: name) }

    func escapeText(_ text: String) -> String { Self.escape(text) }

    /// Text for an element's content or a quoted attribute. NUL, which HTML cannot hold, becomes U+FFFD.
    static func escape(_ text: String) -> String {
        guard text.utf8.contains(where: { isSpecial($0) }) else { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count + 32)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): out += Array("&lt;".utf8)
            case UInt8(ascii: ">"): out += Array("&gt;".utf8)
            case UInt8(ascii: "&"): out += Array("&amp;".utf8)
            case UInt8(ascii: "\""): out += Array("&quot;".utf8)
            case UInt8(ascii: "'"): out += Array("&#39;".utf8)
            case 0: out += Array("\u{fffd}".utf8)
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "\"")
            || byte == UInt8(ascii: "'") || byte == 0
    }
}
