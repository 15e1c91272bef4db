/// Writes JSON (RFC 8259).
enum JSONText {
    /// One object of strings and nulls.
    static func object(_ fields: [(String, String?)]) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        for (index, field) in fields.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            append(field.0, to: &output)
            output.append(UInt8(ascii: ":"))
            if let value = field.1 { append(value, to: &output) } else { output += "null".utf8 }
        }
        return output + [UInt8(ascii: "}"), 10]
    }

    static func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        appendInner(text, to: &output)
        output.append(UInt8(ascii: "\""))
    }

    /// What stands between the quotes.
    static func appendInner(_ text: String, to output: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": output += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
            // `<` written so, no reader takes the text for markup.
            case _ where scalar == "<" || scalar.value < 0x20 || HTMLText.isHidden(scalar):
                output += "\\u".utf8
                output += (0..<4).reversed().map { hex(UInt8(truncatingIfNeeded: scalar.value >> (4 * $0)) & 15) }
            default: output += UTF8.encode(scalar) ?? UTF8.EncodedScalar()
            }
        }
    }

    private static func hex(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x57 + digit }
}
