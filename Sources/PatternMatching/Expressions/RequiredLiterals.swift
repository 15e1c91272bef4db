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

    /// Larger sets of bytes are any byte.
    static let mostMembers = 8

    /// - Returns: in lower case, each at least three bytes long; nil where none are known.
    static func find(in shape: PatternShape) -> LiteralSet? { PatternPiece(shape).required }

    static func find(in pattern: [UInt8]) -> [[UInt8]]? { PatternReader.read(pattern).flatMap { find(in: $0)?.texts } }
}

extension [UInt8] {
    func contains(pair: StaticString) -> Bool {
        pair.withUTF8Buffer { pair in zip(self, dropFirst()).contains { $0 == pair[0] && $1 == pair[1] } }
    }
}
