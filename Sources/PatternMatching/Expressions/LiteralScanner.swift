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

        /// 1 where any literal may be known by a gram, 0 where none is. No branch, so that a scan of many places waits for none of them.
        @inline(__always)
        func holds(_ gram: UInt64, _ filter: UnsafePointer<UInt8>) -> UInt64 {
            let bit = LiteralGram.hash(gram) >> (29 &- scale)
            return UInt64(filter[Int(bit >> 3)] >> UInt8(bit & 7) & 1)
        }

        @inline(__always)
        func bucket(of gram: UInt64) -> Int { Int(LiteralGram.hash(gram) >> (32 &- scale)) }
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
        scan(subject, short, .short, scratch)
        scan(subject, long, .long, scratch)
    }

    /// Asks for 64 places at a time whether a literal may be there, and looks closer afterwards.
    private func scan(_ subject: UnsafeBufferPointer<UInt8>, _ table: GramTable, _ width: LiteralGram, _ scratch: MatchScratch) {
        // A hash of `scale` and three bits stays within a filter of 2^scale bytes.
        guard table.scale > 0, let filter = table.filter.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var window: UInt64 = 0
        var place = 0
        while place < min(width.rawValue &- 1, subject.count) {
            window = window << 8 | UInt64(subject[place])
            place &+= 1
        }
        while place < subject.count {
            let count = min(64, subject.count &- place)
            var hits: UInt64 = 0
            for offset in 0..<count {
                window = window << 8 | UInt64(subject[place &+ offset])
                hits |= table.holds(window & width.mask, filter) << UInt64(truncatingIfNeeded: offset)
            }
            while hits != 0 {
                let start = place &+ hits.trailingZeroBitCount &- (width.rawValue &- 1)
                hits &= hits &- 1
                compare(subject, start, table.buckets, table.bucket(of: width.gram(subject, start)), scratch)
            }
            place &+= count
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
