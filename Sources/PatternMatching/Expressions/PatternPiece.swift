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
