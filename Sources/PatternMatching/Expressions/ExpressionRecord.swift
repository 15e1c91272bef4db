/// One expression of an image: 16 bytes.
struct ExpressionRecord {
    /// Offset and length in `patterns`.
    var pattern: UInt32
    var length: UInt16
    var kind: EntryKind
    var isException: Bool
    var source: SourceID
    var line: UInt32
    /// From 1, the set of bytes of which a match holds `runLength` in a row; 0 for none.
    var runSet: UInt8 = 0
    var runLength: UInt8 = 0

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
        let third = section.word(first &+ 2)
        source = SourceID(index: Int(third & 0xffff))
        runSet = UInt8(truncatingIfNeeded: third >> 16)
        runLength = UInt8(truncatingIfNeeded: third >> 24)
        line = section.word(first &+ 3)
    }

    var words: [UInt32] {
        [
            pattern, UInt32(length) | UInt32(kind.rawValue) << 16 | (isException ? 1 << 24 : 0),
            UInt32(UInt16(clamping: source.index)) | UInt32(runSet) << 16 | UInt32(runLength) << 24, line,
        ]
    }
}
