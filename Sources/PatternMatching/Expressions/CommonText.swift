/// Texts that most URLs hold.
enum CommonText {
    private static let texts = ["http://www.", "https://www.", ".com/", ".org/", ".net/", ".html", ".php", "index"].map { Array($0.utf8) }

    private static let parts = Set(
        texts.flatMap { text in text.indices.flatMap { start in (start..<text.count).map { Array(text[start...$0]) } } })

    /// Of both widths.
    static let grams = Set(LiteralGram.allCases.flatMap { width in texts.flatMap { width.grams(of: $0) } })

    /// Whether `text` is part of one.
    static func isIn(_ text: [UInt8]) -> Bool { parts.contains(text) }
}
