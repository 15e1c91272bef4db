/// Where labels, keywords and paths come from.
struct Words {
    /// Like Benchmarks/peers/gen-lists.py: letters that alternate, hardly two words alike.
    static let spread = Words(
        heads: "b c d f g h j k l m n p r s t v w x z ch st tr pl br gr sh th cl", tails: "a e i o u a e i o ee ou ai")
    /// Fifty syllables in all, so that every URL holds parts of very many patterns: far worse than any real language.
    static let narrow = Words(heads: "b d f g k l m n r t", tails: "a e i o u")

    private let heads: [[UInt8]]
    private let tails: [[UInt8]]

    init(heads: String, tails: String) {
        self.heads = heads.split(separator: " ").map { Array($0.utf8) }
        self.tails = tails.split(separator: " ").map { Array($0.utf8) }
    }

    func word(_ length: Int, _ random: inout SeededRandom) -> String {
        var bytes: [UInt8] = []
        while bytes.count < length { bytes += heads[random.below(heads.count)] + tails[random.below(tails.count)] }
        return String(decoding: bytes.prefix(length), as: UTF8.self)
    }

    func word(from least: Int, to most: Int, _ random: inout SeededRandom) -> String {
        word(least + random.below(most - least + 1), &random)
    }

    private static let topLevels =
        "com com com com com com com com com net net org org info ru de co.uk fr nl it biz xyz top online site club pl com.br cn eu us tv cc io"
        .split(separator: " ").map(String.init)
    private static let subs = "www m ads track cdn img static blog shop web mail video stats api click banner adserver".split(
        separator: " "
    )
    .map(String.init)

    /// A registrable domain; label lengths as in public lists.
    static func domain(_ random: inout SeededRandom) -> String {
        let length = max(3, min(30, Int(random.normal(10.5, 3.6).rounded())))
        var label = spread.word(length, &random)
        if random.chance(0.08) { label += "\(1 + random.below(999))" }
        return label + "." + topLevels[random.below(topLevels.count)]
    }

    /// A list's entry: one in four below a registrable domain.
    static func entry(_ random: inout SeededRandom) -> String {
        let domain = domain(&random)
        return random.chance(0.25) ? subs[random.below(subs.count)] + "." + domain : domain
    }
}
