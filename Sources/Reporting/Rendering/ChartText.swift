/// Text in a chart: how wide it is, and cut where it is too wide. Widths are those of a usual sans-serif at 12 pixels, on the wide side.
enum ChartText {
    static func width(_ text: some StringProtocol) -> Double { text.unicodeScalars.reduce(0) { $0 + width($1) } }

    private static func width(_ scalar: Unicode.Scalar) -> Double {
        switch scalar.value {
        case 0x20, 0x21, 0x27...0x29, 0x2c...0x2f, 0x3a, 0x3b, 0x5b...0x5d, 0x66, 0x69, 0x6a, 0x6c, 0x72, 0x74, 0x7c, 0xb7, 0x202f: 4.2
        case 0x300...0x36f: 0
        case 0x40, 0x4d, 0x57, 0x6d, 0x77: 11
        case 0x41...0x5a: 8.6
        case 0x1100...0x11ff, 0x2e80...0xd7ff, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0x1_f000...0x3_ffff: 13
        default: 7.2
        }
    }

    /// The text, or as much of its beginning as fits, with an ellipsis. Looks at no more characters than can be shown.
    static func fit(_ text: String, _ most: Double) -> String {
        var used = 0.0
        var fits = text.startIndex
        for index in text.indices {
            used += width(text[index...index])
            if used <= most - 12 { fits = text.index(after: index) }
            if used > most { return text[..<fits] + "…" }
        }
        return text
    }
}
