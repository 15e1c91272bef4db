/// The expressions of an index under construction.
struct ExpressionTable {
    private var records: [ExpressionRecord] = []
    private var patterns: [UInt8] = []
    private var always: [UInt32] = []
    private var literals = LiteralTable()
    private var size = 0

    /// Of all compiled programs of an index, without JIT code.
    static let mostBytes = 16 << 20

    /// Compiles the expression to see whether it does, and keeps it.
    mutating func add(_ entry: ListEntry, source: SourceID) throws(EntryError) -> Bool {
        let pattern = Array(entry.text.utf8)
        let program = try Expression(pattern, jit: false)
        guard size + program.size <= ExpressionTable.mostBytes else { throw .tooManyExpressions }
        size += program.size
        let number = UInt32(clamping: records.count)
        records.append(
            ExpressionRecord(
                pattern: UInt32(clamping: patterns.count), length: UInt16(clamping: pattern.count), kind: entry.kind,
                isException: entry.isException, source: source, line: UInt32(clamping: entry.line)))
        patterns += pattern
        if let required = RequiredLiterals.find(in: pattern) {
            for text in required { literals.add(text, announces: number) }
        } else {
            always.append(number)
        }
        return true
    }

    func write(to writer: inout ImageWriter) {
        writer.write(.expressions, words: records.flatMap(\.words))
        writer.write(.patterns, patterns)
        writer.write(.always, words: always)
        literals.write(to: &writer)
    }
}

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
