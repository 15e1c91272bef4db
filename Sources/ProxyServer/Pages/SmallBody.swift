/// Answers that fit where a page would not.
enum SmallBody {
    /// - Parameters:
    ///   - line: one line of plain text for a reader of source text.
    ///   - fields: the same for a program, in order.
    static func of(_ shape: PageShape, line: String, fields: [(String, String?)]) -> (type: String, bytes: [UInt8]) {
        switch shape {
        case .image: ("image/gif", emptyImage)
        case .script: ("text/javascript; charset=utf-8", comment(line))
        case .style: ("text/css; charset=utf-8", comment(line))
        case .json: ("application/json", JSONText.object(fields))
        case .text, .page, .frame: ("text/plain; charset=utf-8", visible(line) + [10])
        }
    }

    /// One transparent point.
    private static let emptyImage: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x21, 0xf9, 4, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0,
        0,
        1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b,
    ]

    private static func comment(_ line: String) -> [UInt8] {
        var output = Array("/* ".utf8)
        appendComment(line, to: &output)
        return output + Array(" */\n".utf8)
    }

    private static func visible(_ line: String) -> [UInt8] {
        var output: [UInt8] = []
        appendVisible(line, to: &output)
        return output
    }

    /// Appends what may stand in a comment: without `*` and `/` side by side nothing ends it early.
    static func appendComment(_ text: String, to output: inout [UInt8]) {
        appendVisible(String(text.map { $0 == "*" ? "·" : $0 }), to: &output)
    }

    /// Appends one line of plain text.
    static func appendVisible(_ text: String, to output: inout [UInt8]) {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { shown.append(scalar == "\n" || HTMLText.isHidden(scalar) ? "\u{fffd}" : scalar) }
        output += String(shown).utf8
    }
}
