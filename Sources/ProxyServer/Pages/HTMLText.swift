/// Text made safe for HTML.
enum HTMLText {
    /// Appends the text with what has a meaning in HTML, in quoted attributes too, written as references. Control characters and those that
    /// turn the writing direction become U+FFFD: a name cannot dress up as another.
    static func append(_ text: String, to output: inout [UInt8]) {
        var isPlain = true
        for byte in text.utf8 {
            guard (0x20..<0x7f).contains(byte) else { return appendScalars(text, to: &output) }
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): isPlain = false
            default: break
            }
        }
        if isPlain { output += text.utf8 } else { appendASCII(text, to: &output) }
    }

    private static func appendScalars(_ text: String, to output: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;".utf8
            case "<": output += "&lt;".utf8
            case ">": output += "&gt;".utf8
            case "\"": output += "&quot;".utf8
            case "'": output += "&#39;".utf8
            default:
                if isHidden(scalar) { output += [0xef, 0xbf, 0xbd] } else { output += UTF8.encode(scalar) ?? UTF8.EncodedScalar() }
            }
        }
    }

    /// - Parameter text: printable ASCII alone.
    private static func appendASCII(_ text: String, to output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): output += "&amp;".utf8
            case UInt8(ascii: "<"): output += "&lt;".utf8
            case UInt8(ascii: ">"): output += "&gt;".utf8
            case UInt8(ascii: "\""): output += "&quot;".utf8
            case UInt8(ascii: "'"): output += "&#39;".utf8
            default: output.append(byte)
            }
        }
    }

    /// C0 but tab and line feed, DEL, C1, bidirectional controls, line and paragraph separators, the byte-order mark. The joiners U+200C and
    /// U+200D stay: scripts and pictures need them.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 9, 10: false
        case 0...0x1f, 0x7f...0x9f, 0x061c, 0x200b, 0x200e...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
        default: false
        }
    }
}
