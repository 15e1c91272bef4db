/// The literals of an index under construction and how they will be found.
///
/// Each literal is known by those few neighbouring bytes of it that fewest others hold (its gram). A scan hashes the subject's bytes at every
/// place, asks one bit whether any literal is known by them, and only then compares the literals of that bucket. For URLs of a hundred bytes
/// this is quicker than an automaton, takes a fraction of its memory and needs no construction when an image is mapped.
struct LiteralTable {
    private var numbers: [[UInt8]: Int] = [:]
    private var texts: [[UInt8]] = []
    private var announced: [[UInt32]] = []

    /// - Parameter expression: of thirty bits, which the compiled size of all expressions sees to.
    mutating func add(_ text: [UInt8], announces expression: UInt32, at edges: LiteralSet.Edges) {
        let announcement = Announcement(expression, edges).word
        let number = numbers[text] ?? texts.count
        if number == texts.count {
            numbers[text] = number
            texts.append(text)
            announced.append([])
        }
        if announced[number].last != announcement { announced[number].append(announcement) }
    }

    func write(to writer: inout ImageWriter) {
        var records: [UInt32] = []
        var text: [UInt8] = []
        var expressions: [UInt32] = []
        for width in LiteralGram.allCases {
            let known = buckets(width)
            var starts: [UInt32] = []
            for bucket in known.buckets {
                starts.append(UInt32(clamping: records.count / LiteralRecord.wordCount))
                for (number, gram) in bucket {
                    records +=
                        LiteralRecord(
                            text: UInt32(clamping: text.count), length: UInt16(clamping: texts[number].count), gram: UInt16(clamping: gram),
                            expressions: UInt32(clamping: expressions.count), expressionCount: UInt32(clamping: announced[number].count)
                        ).words
                    text += texts[number]
                    expressions += announced[number]
                }
            }
            starts.append(UInt32(clamping: records.count / LiteralRecord.wordCount))
            writer.write(width.bucketSection, words: starts)
            writer.write(width.filterSection, known.filter)
        }
        writer.write(.literals, words: records)
        writer.write(.literalText, text)
        writer.write(.literalExpressions, words: expressions)
    }

    /// The literals known by grams of one width, with the place of the gram in each.
    private func buckets(_ width: LiteralGram) -> (buckets: [[(number: Int, gram: Int)]], filter: [UInt8]) {
        let chosen = texts.indices.filter { LiteralGram.width(for: texts[$0].count) == width }
        guard !chosen.isEmpty else { return ([], []) }
        var uses: [UInt64: Int] = [:]
        for number in chosen {
            for gram in width.grams(of: texts[number]) { uses[gram, default: 0] += 1 }
        }
        let scale = LiteralGram.bucketBits(literals: chosen.count)
        var buckets = [[(number: Int, gram: Int)]](repeating: [], count: 1 << scale)
        var filter = [UInt8](repeating: 0, count: 1 << scale)
        for number in chosen {
            let grams = width.grams(of: texts[number])
            // Bytes that every URL holds would have the literal compared with every URL.
            let costs = grams.map { (uses[$0] ?? 0) + (CommonText.grams.contains($0) ? 1 << 20 : 0) }
            let rarest = costs.indices.min { costs[$0] < costs[$1] } ?? 0
            let hash = LiteralGram.hash(grams[rarest])
            buckets[Int(hash >> UInt32(32 - scale))].append((number, rarest))
            let bit = hash >> UInt32(29 - scale)
            filter[Int(bit >> 3)] |= 1 << UInt8(bit & 7)
        }
        return (buckets, filter)
    }
}

/// An expression that a literal announces, and at which edges of a word it has to stand for that.
struct Announcement {
    var expression: UInt32
    var edges: LiteralSet.Edges

    init(_ expression: UInt32, _ edges: LiteralSet.Edges) {
        self.expression = expression
        self.edges = edges
    }

    init(word: UInt32) {
        expression = word & (.max >> LiteralSet.Edges.bits)
        edges = LiteralSet.Edges(rawValue: word >> (32 - LiteralSet.Edges.bits))
    }

    var word: UInt32 { expression | edges.rawValue << (32 - LiteralSet.Edges.bits) }
}
