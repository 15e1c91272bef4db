/// The expressions of an index under construction.
struct ExpressionTable {
    private var records: [ExpressionRecord] = []
    private var patterns: [UInt8] = []
    private var always: [UInt32] = []
    private var literals = LiteralTable()
    /// What runs are made of, and the number of each, from 1.
    private var runSets: [ByteSet] = []
    private var runNumbers: [ByteSet: UInt8] = [:]
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
        let shape = PatternReader.read(pattern)
        var record = ExpressionRecord(
            pattern: UInt32(clamping: patterns.count), length: UInt16(clamping: pattern.count), kind: entry.kind,
            isException: entry.isException, source: source, line: UInt32(clamping: entry.line))
        if let run = shape.flatMap({ RequiredRun.find(in: $0) }) {
            record.runSet = self.number(of: run.set)
            record.runLength = run.length
        }
        records.append(record)
        patterns += pattern
        if let required = shape.flatMap({ RequiredLiterals.find(in: $0) }) {
            for text in required.texts { literals.add(text, announces: number, at: required.edges) }
        } else {
            always.append(number)
        }
    }

    /// 0 where there are too many.
    private mutating func number(of set: ByteSet) -> UInt8 {
        if let known = runNumbers[set] { return known }
        guard let number = UInt8(exactly: runSets.count + 1) else { return 0 }
        runSets.append(set)
        runNumbers[set] = number
        return number
    }

    func write(to writer: inout ImageWriter) {
        writer.write(.expressions, words: records.flatMap(\.words))
        writer.write(.patterns, patterns)
        writer.write(.always, words: always)
        writer.write(.runSets, words: runSets.flatMap(\.halfWords))
        literals.write(to: &writer)
    }
}
