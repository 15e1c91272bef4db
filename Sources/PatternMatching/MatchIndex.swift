/// Answers which sources hold an entry that matches a URL.
///
/// `@unchecked Sendable`: the image is never written after the index was made, and stays where it is until `owner` goes, which the index
/// keeps.
public final class MatchIndex: @unchecked Sendable {
    /// The sources' names, in the order of their ``SourceID``.
    public let sources: [String]
    /// For each source how many entries it has; entries that say the same twice in a row count once.
    public let entryCounts: [Int]

    let seed: UInt64
    let records: ImageSection
    let slots: ImageSection
    let slotCount: Int
    let written: ImageSection
    let prefixLengths: ImageSection
    let expressions: ImageSection
    let patterns: ImageSection
    let always: ImageSection
    let runSets: [ByteSet]
    let literals: LiteralScanner
    let programs: ExpressionPrograms
    /// Whether any expression is an exception: then both forms of a URL are looked at for them.
    let hasExceptionExpressions: Bool
    /// Those with expressions.
    private let expressionSources: SourceSet
    private let owner: any AnyObject & Sendable

    /// Takes an image from memory, which is copied.
    public convenience init(bytes: [UInt8]) throws {
        let copy = ImageCopy(bytes)
        try self.init(mapped: copy.memory, owner: copy)
    }

    /// Uses an image where it is, a mapped file for example.
    /// - Parameters:
    ///   - mapped: must stay readable and unchanged as long as `owner` lives.
    ///   - owner: kept as long as the index.
    /// - Throws: ``MatchIndexError``.
    public init(mapped: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) throws {
        let image = try ImageReader(mapped)
        self.owner = owner
        seed = image.seed
        records = image.section(.records)
        slots = image.section(.slots)
        slotCount = SlotTable.count(bytes: slots.count)
        written = image.section(.written)
        prefixLengths = image.section(.prefixLengths)
        expressions = image.section(.expressions)
        patterns = image.section(.patterns)
        always = image.section(.always)
        let runs = image.section(.runSets)
        runSets = (0..<(runs.count / 32)).map { ByteSet(runs, $0) }
        literals = LiteralScanner(image)
        let count = expressions.count / (4 * ExpressionRecord.wordCount)
        programs = ExpressionPrograms(count: count)
        let expressions = expressions
        hasExceptionExpressions = (0..<count).contains { ExpressionRecord(expressions, $0).isException }
        expressionSources = SourceSet((0..<count).lazy.map { ExpressionRecord(expressions, $0).source })
        (sources, entryCounts) = MatchIndex.readSources(image.section(.sources))
        makeProgramsAlwaysTried()
    }

    private static func readSources(_ section: ImageSection) -> ([String], [Int]) {
        var names: [String] = []
        var counts: [Int] = []
        var cursor = RecordCursor(section: section, at: 0)
        func number() -> Int { (0..<4).reduce(0) { $0 | Int(cursor.byte()) << (8 * $1) } }
        while !cursor.isAtEnd {
            counts.append(number())
            let length = number()
            names.append(String(decoding: section.slice(cursor.at, length), as: UTF8.self))
            cursor.at += length
        }
        return (names, counts)
    }

    /// Adds every source one of whose entries matches and none of whose exceptions does.
    /// - Parameters:
    ///   - sent: match the form as sent instead of the canonical one (the same where they do not differ); exceptions are looked for in the
    ///     canonical form all the same, because they loosen.
    ///   - budget: one for the whole request. Where it says `failed` afterwards the answer is not whole and the request must be blocked.
    public func match(_ url: RequestURL, sent: Bool, into set: inout SourceSet, budget: inout MatchBudget) {
        var found = FoundSources()
        let lookedAt: LookedAt = sent ? .sent : .canonical
        walkKeys(url, lookedAt, visitor: &found)
        if mayAdd(to: set, and: found.entries) { walkExpressions(url, lookedAt, already: set, visitor: &found, budget: &budget) }
        if !found.exceptions.isEmpty { found.entries.subtract(found.exceptions) }
        set.formUnion(found.entries)
    }

    /// Whether any expression could change an answer: not where every source that has one is in it already, and none is an exception.
    private func mayAdd(to set: SourceSet, and found: SourceSet) -> Bool {
        expressions.count > 0 && (hasExceptionExpressions || !expressionSources.isSubset(of: set, or: found))
    }

    /// Adds every source one of whose exceptions matches the form as sent: what loosens does not count these, because exceptions to it
    /// tighten and are looked for in both forms. Nothing where the forms do not differ.
    /// - Parameter budget: as for ``match(_:sent:into:budget:)``.
    public func exceptions(asSentIn url: RequestURL, into set: inout SourceSet, budget: inout MatchBudget) {
        guard url.sent != nil else { return }
        var found = FoundSources()
        walkKeys(url, .exceptionsAsSent, visitor: &found)
        if hasExceptionExpressions {
            walkExpressions(url, .exceptionsAsSent, already: SourceSet(), visitor: &found, budget: &budget)
        }
        set.formUnion(found.exceptions)
    }
}

/// Memory of an image given as an array.
///
/// `@unchecked Sendable`: written only while it is made.
private final class ImageCopy: @unchecked Sendable {
    let memory: UnsafeRawBufferPointer
    private let writable: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        writable = .allocate(byteCount: bytes.count, alignment: 8)
        writable.copyBytes(from: bytes)
        memory = UnsafeRawBufferPointer(writable)
    }

    deinit { writable.deallocate() }
}

/// Collects sources.
private struct FoundSources: EntryVisitor {
    var entries = SourceSet()
    var exceptions = SourceSet()

    @inline(__always)
    mutating func visit(_ posting: Posting, _ place: EntryPlace) {
        if posting.header.isException { exceptions.insert(posting.source) } else { entries.insert(posting.source) }
    }

    mutating func visit(_ expression: ExpressionRecord) {
        if expression.isException { exceptions.insert(expression.source) } else { entries.insert(expression.source) }
    }

    func isSettled(_ expression: ExpressionRecord, already: SourceSet) -> Bool {
        expression.isException
            ? exceptions.contains(expression.source)
            : entries.contains(expression.source) || already.contains(expression.source)
    }
}
