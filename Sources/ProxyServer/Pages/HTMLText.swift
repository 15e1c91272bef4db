/// Text made safe for HTML.
enum HTMLText {
    /// Appends the text with what has a meaning in HTML, in quoted attributes too, written as references. Control characters and those that
    /// turn the writing direction become U+FFFD: a name cannot dress up as another.
    static func append(_ text: String, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for place in bytes.indices {
                let byte = bytes[place]
                guard (0x20..<0x7f).contains(byte) else {
                    output += bytes[start..<place]
                    return appendScalars(String(decoding: bytes[place...], as: UTF8.self), to: &output)
                }
                guard let reference = reference(byte) else { continue }
                output += bytes[start..<place]
                append(reference, to: &output)
                start = place + 1
            }
            output += bytes[start...]
        }
    }

    private static func appendScalars(_ text: String, to output: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            if scalar.isASCII, let reference = reference(UInt8(truncatingIfNeeded: scalar.value)) {
                append(reference, to: &output)
            } else if isHidden(scalar) {
                output += [0xef, 0xbf, 0xbd]
            } else {
                output += UTF8.encode(scalar) ?? UTF8.EncodedScalar()
            }
        }
    }

    private static func append(_ reference: StaticString, to output: inout [UInt8]) {
        reference.withUTF8Buffer { output += $0 }
    }

    /// What is written for a byte that has a meaning.
    @inline(__always)
    private static func reference(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
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
