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
    mutating func add(_ entry: ListEntry, source: SourceID) throws(EntryError) {
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
    }

    func write(to writer: inout ImageWriter) {
        writer.write(.expressions, words: records.flatMap(\.words))
        writer.write(.patterns, patterns)
        writer.write(.always, words: always)
        literals.write(to: &writer)
    }
}
