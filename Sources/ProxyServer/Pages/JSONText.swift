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
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
            // `<` written so, no reader takes the text for markup.
            case 0...0x1f, 0x7f, UInt8(ascii: "<"):
                output += "\\u00".utf8
                output += [hex(byte >> 4), hex(byte & 15)]
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func hex(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x57 + digit }
}
