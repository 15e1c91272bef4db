/// One expression of an image: 16 bytes.
struct ExpressionRecord {
    /// Offset and length in `patterns`.
    var pattern: UInt32
    var length: UInt16
    var kind: EntryKind
    var isException: Bool
    var source: SourceID
    var line: UInt32

    static let wordCount = 4

    init(pattern: UInt32, length: UInt16, kind: EntryKind, isException: Bool, source: SourceID, line: UInt32) {
        self.pattern = pattern
        self.length = length
        self.kind = kind
        self.isException = isException
        self.source = source
        self.line = line
    }

    init(_ section: ImageSection, _ index: Int) {
        let first = index &* ExpressionRecord.wordCount
        pattern = section.word(first)
        let second = section.word(first &+ 1)
        length = UInt16(truncatingIfNeeded: second)
        kind = EntryKind(rawValue: UInt8(truncatingIfNeeded: second >> 16)) ?? .expression
        isException = second >> 24 != 0
        source = SourceID(index: Int(section.word(first &+ 2)))
        line = section.word(first &+ 3)
    }

    var words: [UInt32] {
        [pattern, UInt32(length) | UInt32(kind.rawValue) << 16 | (isException ? 1 << 24 : 0), UInt32(clamping: source.index), line]
    }
}
