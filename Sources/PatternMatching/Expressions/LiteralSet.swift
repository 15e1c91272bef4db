/// Texts of which every match of a pattern holds one.
struct LiteralSet: Equatable {
    var texts: [[UInt8]]
    /// Where the text found stands at an edge of a word (`\b`).
    var edges: Edges = []

    struct Edges: OptionSet {
        let rawValue: UInt32
        static let start = Edges(rawValue: 1)
        static let end = Edges(rawValue: 2)
        static let bits: UInt32 = 2
    }

    /// nil for texts that are too short to look for.
    init?(_ texts: [[UInt8]], _ edges: Edges = []) {
        guard !texts.isEmpty, texts.allSatisfy({ $0.count >= RequiredLiterals.shortest }) else { return nil }
        self.texts = texts
        self.edges = edges
    }

    /// One of either's.
    func union(_ other: LiteralSet) -> LiteralSet {
        var result = self
        result.texts = LiteralSet.unique(texts + other.texts)
        result.edges = edges.intersection(other.edges)
        return result
    }

    static func unique(_ texts: some Sequence<[UInt8]>) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert($0).inserted }
    }

    /// The set that will announce fewer subjects: without words that every URL holds, longest shortest text, fewest texts, at edges.
    static func better(_ a: LiteralSet?, _ b: LiteralSet?) -> LiteralSet? {
        guard let a else { return b }
        guard let b else { return a }
        return a.rank >= b.rank ? a : b
    }

    private var rank: Int {
        let shortest = texts.map { CommonText.isIn($0) ? 0 : min($0.count, 16) }.min() ?? 0
        return (shortest * 1024 - min(texts.count, 1023)) * 4 + edges.rawValue.nonzeroBitCount
    }
}

extension LiteralSet.Edges {
    /// At which edges of a word a part of a subject stands, as PCRE2 sees them without UTF.
    init(of part: Range<Int>, in subject: UnsafeBufferPointer<UInt8>) {
        func isWord(_ place: Int) -> Bool {
            guard place >= 0, place < subject.count else { return false }
            let byte = lowercased(subject[place])
            return byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
        }
        self = []
        if isWord(part.lowerBound - 1) != isWord(part.lowerBound) { insert(.start) }
        if isWord(part.upperBound - 1) != isWord(part.upperBound) { insert(.end) }
    }
}
