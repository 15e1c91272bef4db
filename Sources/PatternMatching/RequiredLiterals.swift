/// Finds texts of which every match of a pattern holds at least one, so that a pattern is tried only where one of them occurs.
///
/// The reading is cautious: a construct it does not know for certain makes the whole pattern one without literals, which is then always
/// tried. Letter case is ignored throughout; whoever searches for the literals does so in the subject in lower case.
struct RequiredLiterals {
    /// Shorter texts occur everywhere.
    static let shortest = 3
    /// Longer texts are not put together: they announce no less.
    static let longest = 64
    static let mostTexts = 4096
    static let mostCombined = 128

    /// - Returns: in lower case, each at least three bytes long; nil where none are known.
    static func find(in pattern: [UInt8]) -> [[UInt8]]? {
        guard !pattern.contains(pair: "(*"), !pattern.contains(pair: "\\Q"), !pattern.contains(pair: "\\E"), !pattern.contains(pair: "\\c")
        else {
            return nil
        }
        var reader = PatternReader(pattern)
        guard let piece = try? reader.alternation(), reader.isAtEnd else { return nil }
        return piece.required
    }
}

/// What is known of the text that a part of a pattern matches.
struct PatternPiece {
    /// It is one of these.
    var exact: [[UInt8]]?
    /// It holds one of these.
    var needed: [[UInt8]]?
    /// It begins with one of `exact` and ends with one of them, with any text between.
    var isRepeated = false

    static let unknown = PatternPiece(exact: nil, needed: nil)
    /// An assertion or an empty group: nothing of the subject's text.
    static let nothing = PatternPiece(exact: [[]], needed: nil)

    /// The texts of which a match holds one.
    var required: [[UInt8]]? {
        guard let exact else { return needed }
        let isEnough = !exact.isEmpty && exact.allSatisfy { $0.count >= RequiredLiterals.shortest }
        return isEnough ? PatternPiece.better(exact, needed) : needed
    }

    /// The set that will announce fewer subjects: without words that every URL holds, longest shortest text, fewest texts.
    static func better(_ a: [[UInt8]]?, _ b: [[UInt8]]?) -> [[UInt8]]? {
        guard let a else { return b }
        guard let b else { return a }
        return rank(a) >= rank(b) ? a : b
    }

    private static func rank(_ texts: [[UInt8]]) -> Int {
        let shortest = texts.map { CommonText.isIn($0) ? 0 : min($0.count, 16) }.min() ?? 0
        return shortest * 1024 - min(texts.count, 1023)
    }
}

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

extension [UInt8] {
    fileprivate func contains(pair: StaticString) -> Bool {
        pair.withUTF8Buffer { pair in zip(self, dropFirst()).contains { $0 == pair[0] && $1 == pair[1] } }
    }
}
