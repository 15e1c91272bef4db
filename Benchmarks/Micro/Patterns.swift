/// URL expressions and URLs to try them on.
enum Patterns {
    /// Named sets: the words they are made of and how.
    enum Kind: String, CaseIterable {
        /// As gen-lists.py makes them.
        case generated
        /// As FACTS C made them: 40 % keywords between word boundaries, 30 % hosts, 29 % advertising paths, 1 % without a literal.
        case worst

        var words: Words { self == .generated ? .spread : .narrow }
    }

    static func make(_ count: Int, _ kind: Kind, seed: UInt64 = 7) -> [String] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in kind == .generated ? generated(&random) : worst(&random) }
    }

    private static let begin = "(^|[-_.?+=&/])"
    private static let end = "([-_.?+=&/]|$)"

    private static func keywords(_ count: Int, _ words: Words, _ random: inout SeededRandom) -> String {
        (0..<count).map { _ in words.word(from: 5, to: 11, &random) }.joined(separator: "|")
    }

    private static func generated(_ random: inout SeededRandom) -> String {
        let words = Words.spread
        switch random.below(100) {
        case ..<30: return "\(begin)(\(keywords(2 + random.below(7), words, &random)))\(end)"
        case ..<45: return "\(begin)(\(keywords(3 + random.below(11), words, &random)))[0-9]*\\.(com|net|org|info|biz)\(end)"
        case ..<60:
            return "^https?://([a-z0-9-]+\\.)*(\(keywords(1 + random.below(3), words, &random)))[a-z0-9-]*\\.(com|net|ru|tv)(:[0-9]+)?/"
        case ..<75:
            let tail = ["s?", "[0-9]+", "_" + words.word(5, &random), "-" + words.word(6, &random)][random.below(4)]
            return "/(\(keywords(1, words, &random)))?(ads?|adv|banner|popup|sponsor)\(tail)/\(words.word(from: 4, to: 8, &random))"
        case ..<85:
            return
                "/\(words.word(from: 4, to: 8, &random))[-_]?(ad|banner|track|pixel)[0-9]*\\.(gif|jpe?g|png|js|swf|php)(\\?|$)"
        case ..<95:
            return "[?&](adid|\(words.word(from: 4, to: 8, &random))|utm_\(words.word(from: 4, to: 7, &random)))=[0-9a-f]{8,32}(&|$)"
        default: return "\(begin)(\(keywords(2, words, &random))).*(\(keywords(2, words, &random)))\(end)"
        }
    }

    private static func worst(_ random: inout SeededRandom) -> String {
        let words = Words.narrow
        func short() -> String { words.word(from: 4, to: 8, &random) }
        func some(_ count: Int) -> String { (0..<count).map { _ in short() }.joined(separator: "|") }
        switch random.below(100) {
        case ..<40: return "\\b(\(some(2 + random.below(6))))\\b"
        case ..<70: return "^https?://([a-z0-9-]+\\.)*(\(some(1 + random.below(3))))[a-z0-9-]*\\.(com|net|ru|tv)"
        case ..<99: return "/(\(short()))?(ads?|banner|popup)[-_]?\(short())/"
        default:
            return [
                "[0-9]{\(5 + random.below(6)),}", "[?&][a-z]{1,3}=[0-9a-f]{\(12 + random.below(20))}",
                "([a-z0-9]{\(20 + random.below(20))})\\.",
            ][
                random.below(3)]
        }
    }

    /// URLs of 64 bytes; about one in ten is made to match something.
    static func urls(_ count: Int, _ kind: Kind, seed: UInt64 = 99) -> [String] {
        var random = SeededRandom(seed: seed)
        let words = kind.words
        return (0..<count).map { _ in
            var url = "http://" + ["www.", "", "cdn.", "img."][random.below(4)] + words.word(from: 5, to: 11, &random)
            url += [".com/", ".net/", ".org/", ".de/"][random.below(4)]
            if random.chance(0.1) { url += "\(words.word(6, &random))-banner\(random.below(90)).gif?adid=0123456789abcdef&" }
            while url.utf8.count < 50 { url += words.word(from: 4, to: 9, &random) + ["/", "-", "/", "_"][random.below(4)] }
            url = String(url.prefix(53))
            return url + ".html?p=" + String(100 + random.below(900))
        }
    }
}
