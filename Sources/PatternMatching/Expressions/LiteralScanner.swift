internal import Glibc

/// Finds which literals of an image a subject holds.
struct LiteralScanner {
    private let short: GramTable
    private let long: GramTable
    private let literals: ImageSection
    private let text: ImageSection
    private let expressions: ImageSection

    /// The literals known by grams of one width.
    private struct GramTable {
        let filter: ImageSection
        let buckets: ImageSection
        /// Binary logarithm of the number of buckets; 0 where there are no literals.
        let scale: UInt32

        init(_ image: ImageReader, _ width: LiteralGram) {
            filter = image.section(width.filterSection)
            buckets = image.section(width.bucketSection)
            let size = filter.count
            scale = size > 1 && size & (size - 1) == 0 && size <= 1 << 22 ? UInt32(size.trailingZeroBitCount) : 0
        }

        /// The bucket of the literals known by a gram; nil where there are none.
        @inline(__always)
        func bucket(of gram: UInt64) -> Int? {
            let hash = LiteralGram.hash(gram)
            let bit = hash >> (29 &- scale)
            return filter.byte(Int(bit >> 3)) >> UInt8(bit & 7) & 1 == 1 ? Int(hash >> (32 &- scale)) : nil
        }
    }

    init(_ image: ImageReader) {
        short = GramTable(image, .short)
        long = GramTable(image, .long)
        literals = image.section(.literals)
        text = image.section(.literalText)
        expressions = image.section(.literalExpressions)
    }

    /// Announces every expression one of whose literals is in the subject.
    /// - Parameter subject: in lower case.
    func scan(_ subject: UnsafeBufferPointer<UInt8>, into scratch: MatchScratch) {
        let hasShort = short.scale > 0
        let hasLong = long.scale > 0
        guard hasShort || hasLong else { return }
        var window: UInt64 = 0
        var end = 0
        while end < subject.count {
            window = window << 8 | UInt64(subject[end])
            end &+= 1
            if hasShort, end >= LiteralGram.short.rawValue, let bucket = short.bucket(of: window & LiteralGram.short.mask) {
                compare(subject, end &- LiteralGram.short.rawValue, short.buckets, bucket, scratch)
            }
            if hasLong, end >= LiteralGram.long.rawValue, let bucket = long.bucket(of: window & LiteralGram.long.mask) {
                compare(subject, end &- LiteralGram.long.rawValue, long.buckets, bucket, scratch)
            }
        }
    }

    /// Compares the literals of a bucket with the subject around a gram.
    private func compare(
        _ subject: UnsafeBufferPointer<UInt8>, _ gram: Int, _ buckets: ImageSection, _ bucket: Int, _ scratch: MatchScratch
    ) {
        let first = Int(buckets.word(bucket))
        let end = min(Int(buckets.word(bucket &+ 1)), literals.count / (4 * LiteralRecord.wordCount))
        guard first < end else { return }
        for index in first..<end {
            let literal = LiteralRecord(literals, index)
            let start = gram &- Int(literal.gram)
            let length = Int(literal.length)
            guard start >= 0, length > 0, length <= subject.count &- start else { continue }
            let expected = text.slice(Int(literal.text), length)
            guard expected.count == length, let known = expected.baseAddress, let held = subject.baseAddress,
                memcmp(known, held + start, length) == 0
            else { continue }
            announce(literal, at: LiteralSet.Edges(of: start..<(start &+ length), in: subject), scratch)
        }
    }

    private func announce(_ literal: LiteralRecord, at edges: LiteralSet.Edges, _ scratch: MatchScratch) {
        let first = Int(literal.expressions)
        for place in first..<(first &+ min(Int(literal.expressionCount), expressions.count >> 2)) {
            let announcement = Announcement(word: expressions.word(place))
            if edges.isSuperset(of: announcement.edges) { scratch.announce(announcement.expression) }
        }
    }
}
