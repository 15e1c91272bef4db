/// One literal of an image: 16 bytes.
struct LiteralRecord {
    /// Offset and length in `literalText`.
    var text: UInt32
    var length: UInt16
    /// Where in the literal its gram stands.
    var gram: UInt16
    /// Offset and count in `literalExpressions`.
    var expressions: UInt32
    var expressionCount: UInt32

    static let wordCount = 4

    init(text: UInt32, length: UInt16, gram: UInt16, expressions: UInt32, expressionCount: UInt32) {
        self.text = text
        self.length = length
        self.gram = gram
        self.expressions = expressions
        self.expressionCount = expressionCount
    }

    @inline(__always)
    init(_ section: ImageSection, _ index: Int) {
        let first = index &* LiteralRecord.wordCount
        text = section.word(first)
        let second = section.word(first &+ 1)
        length = UInt16(truncatingIfNeeded: second)
        gram = UInt16(truncatingIfNeeded: second >> 16)
        expressions = section.word(first &+ 2)
        expressionCount = section.word(first &+ 3)
    }

    var words: [UInt32] { [text, UInt32(length) | UInt32(gram) << 16, expressions, expressionCount] }
}
