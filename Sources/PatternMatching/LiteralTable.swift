/// The literals of an index under construction and how they will be found.
///
/// Each literal is known by the three bytes of it that fewest others hold (its gram). A scan hashes the subject's three bytes at every place,
/// asks one bit whether any literal is known by them, and only then compares the literals of that bucket. For URLs of a hundred bytes this is
/// quicker than an automaton, takes a fraction of its memory and needs no construction when an image is mapped.
struct LiteralTable {
    private var texts: [[UInt8]: Int] = [:]
    private var announced: [[UInt32]] = []

    mutating func add(_ text: [UInt8], announces expression: UInt32) {
        let index = texts[text] ?? announced.count
        if index == announced.count {
            texts[text] = index
            announced.append([])
        }
        if announced[index].last != expression { announced[index].append(expression) }
    }

    func write(to writer: inout ImageWriter) {
        let scale = LiteralGram.bucketBits(literals: texts.count)
        let uses = gramUses()
        var buckets = [[(text: [UInt8], gram: Int)]](repeating: [], count: texts.isEmpty ? 0 : 1 << scale)
        var filter = [UInt8](repeating: 0, count: texts.isEmpty ? 0 : 1 << scale)
        for text in texts.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let gram = LiteralTable.rarest(text, uses)
            let hash = LiteralGram.hash(text[gram], text[gram + 1], text[gram + 2])
            buckets[Int(hash >> UInt32(32 - scale))].append((text, gram))
            let bit = hash >> UInt32(29 - scale)
            filter[Int(bit >> 3)] |= 1 << UInt8(bit & 7)
        }
        write(buckets, to: &writer)
        writer.write(.literalFilter, filter)
    }

    private func write(_ buckets: [[(text: [UInt8], gram: Int)]], to writer: inout ImageWriter) {
        var starts: [UInt32] = []
        var records: [UInt32] = []
        var text: [UInt8] = []
        var expressions: [UInt32] = []
        for bucket in buckets {
            starts.append(UInt32(clamping: records.count / LiteralRecord.wordCount))
            for literal in bucket {
                let announced = texts[literal.text].map { self.announced[$0] } ?? []
                records +=
                    LiteralRecord(
                        text: UInt32(clamping: text.count), length: UInt16(clamping: literal.text.count),
                        gram: UInt16(clamping: literal.gram),
                        expressions: UInt32(clamping: expressions.count), expressionCount: UInt32(clamping: announced.count)
                    ).words
                text += literal.text
                expressions += announced
            }
        }
        starts.append(UInt32(clamping: records.count / LiteralRecord.wordCount))
        writer.write(.literalBuckets, words: starts)
        writer.write(.literals, words: records)
        writer.write(.literalText, text)
        writer.write(.literalExpressions, words: expressions)
    }

    /// How many literals hold each gram.
    private func gramUses() -> [UInt32: Int] {
        var uses: [UInt32: Int] = [:]
        for text in texts.keys {
            for gram in 0...(text.count - LiteralGram.length) { uses[LiteralTable.gram(text, gram), default: 0] += 1 }
        }
        return uses
    }

    private static func rarest(_ text: [UInt8], _ uses: [UInt32: Int]) -> Int {
        let cost = { (gram: Int) in
            (uses[LiteralTable.gram(text, gram)] ?? 0) + (CommonText.isIn(Array(text[gram..<(gram + LiteralGram.length)])) ? 1 << 20 : 0)
        }
        return (0...(text.count - LiteralGram.length)).min { cost($0) < cost($1) } ?? 0
    }

    private static func gram(_ text: [UInt8], _ at: Int) -> UInt32 {
        UInt32(text[at]) | UInt32(text[at + 1]) << 8 | UInt32(text[at + 2]) << 16
    }
}

/// Three neighbouring bytes.
enum LiteralGram {
    static let length = 3

    @inline(__always)
    static func hash(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt32 {
        (UInt32(a) | UInt32(b) << 8 | UInt32(c) << 16) &* 0x9e37_79b1
    }

    /// Twice as many buckets as literals, eight times as many bits in the filter.
    static func bucketBits(literals: Int) -> Int {
        min(max(10, Int.bitWidth - (2 * literals).leadingZeroBitCount), 22)
    }
}

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
