import Testing

@testable import PatternMatching

@Suite struct ListEntryTests {
    /// Lists come from strangers: every text is an entry or an error, and an entry matches its own URL where it is one.
    @Test(arguments: EntryKind.allCases)
    func anyText(kind: EntryKind) throws {
        var random = SeededRandom(seed: UInt64(kind.rawValue) + 100)
        let pieces = [
            "a", "example", ".com", ".", "=", "*.", "/", "//", ":", "80", "[", "]", "::1", "1.2.3.4", "/24", "%", "%41", "ü", "❤", "?", "#",
            "\\", " ", "\u{0}", "(", ")",
            "|", "{2}", "+", "(?", "[^", "\\x", "\\", "-", "@", "\u{7f}", "xn--", "(?:", "{", "}", "^", "$",
        ]
        var taken = 0
        for round in 0..<3_000 {
            let text = (0..<Int.random(in: 0..<7, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            var builder = MatchIndexBuilder()
            let source = builder.source(named: "s")
            guard (try? builder.add(ListEntry(kind: kind, text: text, line: round), to: source)) != nil else { continue }
            taken += 1
            let index = try MatchIndex(bytes: builder.finish())
            #expect(index.entryCounts == [1])
            guard kind == .exact || kind == .url || kind == .urlCaseless, let url = try? RequestURL("http://" + text.drop { $0 == "=" })
            else { continue }
            #expect(index.evidence(url, sent: false, source: source)?.entry == text, "\(text)")
        }
        #expect(taken > 10)
    }

    @Test func anyPattern() {
        var random = SeededRandom(seed: 77)
        let alphabet = Array("abc()[]{}?*+|\\^$.:=!<>-#'PQExpd0123".utf8)
        for _ in 0..<30_000 {
            let pattern = (0..<Int.random(in: 0..<14, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            guard let literals = RequiredLiterals.find(in: pattern) else { continue }
            #expect(!literals.isEmpty && literals.allSatisfy { $0.count >= RequiredLiterals.shortest })
        }
    }
}
