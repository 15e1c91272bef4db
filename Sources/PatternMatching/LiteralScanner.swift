/// Finds which literals of an image a subject holds.
struct LiteralScanner {
    private let filter: ImageSection
    private let buckets: ImageSection
    private let literals: ImageSection
    private let text: ImageSection
    private let expressions: ImageSection
    /// Binary logarithm of the number of buckets; 0 where there are no literals.
    private let scale: UInt32

    init(_ image: ImageReader) {
        filter = image.section(.literalFilter)
        buckets = image.section(.literalBuckets)
        literals = image.section(.literals)
        text = image.section(.literalText)
        expressions = image.section(.literalExpressions)
        let size = filter.count
        scale = size > 1 && size & (size - 1) == 0 && size <= 1 << 22 ? UInt32(size.trailingZeroBitCount) : 0
    }

    /// Announces every expression one of whose literals is in the subject.
    /// - Parameter subject: in lower case.
    func scan(_ subject: UnsafeBufferPointer<UInt8>, into scratch: MatchScratch) {
        guard scale > 0, subject.count >= LiteralGram.length else { return }
        var at = 0
        while at &+ 2 < subject.count {
            let hash = LiteralGram.hash(subject[at], subject[at &+ 1], subject[at &+ 2])
            let bit = hash >> (29 &- scale)
            if filter.byte(Int(bit >> 3)) >> UInt8(bit & 7) & 1 == 1 { compare(subject, at, Int(hash >> (32 &- scale)), scratch) }
            at &+= 1
        }
    }

    /// Compares the literals of a bucket with the subject around a gram.
    private func compare(_ subject: UnsafeBufferPointer<UInt8>, _ at: Int, _ bucket: Int, _ scratch: MatchScratch) {
        let most = literals.count / (4 * LiteralRecord.wordCount)
        for index in Int(buckets.word(bucket))..<max(Int(buckets.word(bucket)), min(Int(buckets.word(bucket &+ 1)), most)) {
            let literal = LiteralRecord(literals, index)
            let start = at &- Int(literal.gram)
            let length = Int(literal.length)
            guard start >= 0, length <= subject.count &- start else { continue }
            let expected = text.slice(Int(literal.text), length)
            guard expected.count == length, expected.elementsEqual(UnsafeBufferPointer(rebasing: subject[start..<(start &+ length)])) else {
                continue
            }
            let first = Int(literal.expressions)
            for place in first..<(first &+ min(Int(literal.expressionCount), expressions.count >> 2)) {
                scratch.announce(expressions.word(place))
            }
        }
    }
}
