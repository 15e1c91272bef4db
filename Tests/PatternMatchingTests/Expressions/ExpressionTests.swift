import Glibc
import Testing

@testable import PatternMatching

@Suite struct ExpressionTests {
    // MARK: The prefilter never misses what PCRE2 finds

    private static let words = ["casino", "ads", "ad", "porn", "a", "b", "x1", "www", "http", "AbC", "é", "tv", "sex", ".", "/", "-"]

    private static func randomPattern(_ random: inout SeededRandom, depth: Int = 0) -> String {
        let count = Int.random(in: 1..<5, using: &random)
        return (0..<count).map { _ in randomAtom(&random, depth) + randomQuantifier(&random) }.joined()
    }

    private static func randomAtom(_ random: inout SeededRandom, _ depth: Int) -> String {
        let word = words.randomElement(using: &random) ?? "a"
        switch Int.random(in: 0..<(depth > 2 ? 7 : 14), using: &random) {
        case 0, 1, 2: return word == "." ? "\\." : word
        case 3: return [".", "\\d", "\\w", "\\S", "\\W"].randomElement(using: &random) ?? "."
        case 4: return ["\\b", "^", "$", "\\B", "\\A", "\\K", "\\x61", "\\x41d", "\\.", "\\-", "\\1"].randomElement(using: &random) ?? "^"
        case 5:
            return ["[abc]", "[^abc]", "[a-d]", "[]a]", "[^]a]", "[a\\]d]", "[[:alpha:]]", "[ad.]", "[-a]", "[\\d]", "[[ab]"].randomElement(
                using: &random) ?? "[a]"
        case 6: return "(?i)"
        case 7, 8: return "(" + randomPattern(&random, depth: depth + 1) + ")"
        case 9: return "(?:" + randomPattern(&random, depth: depth + 1) + "|" + randomPattern(&random, depth: depth + 1) + ")"
        case 10: return "(" + randomPattern(&random, depth: depth + 1) + "|)"
        case 11: return (["(?=", "(?!", "(?<!", "(?<="].randomElement(using: &random) ?? "(?=") + word + ")"
        case 12:
            return (["(?>", "(?-i:", "(?|", "(?<n>", "(?#"].randomElement(using: &random) ?? "(?>")
                + randomPattern(&random, depth: depth + 1) + ")"
        default: return randomPattern(&random, depth: depth + 1) + "|" + randomPattern(&random, depth: depth + 1)
        }
    }

    private static func randomQuantifier(_ random: inout SeededRandom) -> String {
        Int.random(in: 0..<3, using: &random) > 0
            ? ""
            : ["?", "*", "+", "{2}", "{1}", "{0}", "{0,2}", "{1,}", "??", "*?", "?+", "{2}+", "{,2}", "{4}", "{5,}", "{4,7}?"]
                .randomElement(using: &random) ?? ""
    }

    private static func randomURL(_ random: inout SeededRandom) -> String {
        let host = (0..<Int.random(in: 1..<4, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }.joined().filter {
            $0.isASCII && ($0.isLetter || $0.isNumber)
        }
        let path = (0..<Int.random(in: 0..<6, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }.joined()
        return "http://x\(host).test/" + path
    }

    @Test func prefilterMissesNothing() throws {
        var random = SeededRandom(seed: 2026)
        var withLiterals = 0
        var matches = 0
        for _ in 0..<80 {
            var builder = MatchIndexBuilder()
            for number in 0..<60 {
                let pattern = Self.randomPattern(&random)
                let kind: EntryKind = number % 4 == 0 ? .expressionHostPath : .expression
                guard (try? ListEntry(kind: kind, text: pattern, line: 1).validate()) != nil else { continue }
                try builder.add(ListEntry(kind: kind, text: pattern, line: 1), to: builder.source(named: pattern))
                if RequiredLiterals.find(in: Array(pattern.utf8)) != nil { withLiterals += 1 }
            }
            let index = try MatchIndex(bytes: builder.finish())
            for _ in 0..<40 {
                let url = try RequestURL(Self.randomURL(&random))
                for subject in [url.bytes, url.sent ?? url.bytes] {
                    // Where one cannot be answered the request is blocked, and what the others say no longer counts.
                    guard let all = try answers(index, subject, url, isFiltered: false),
                        let filtered = try answers(index, subject, url, isFiltered: true)
                    else { continue }
                    let missed = all.subtracting(filtered).map { index.sources[$0] }
                    #expect(filtered == all, "\(String(decoding: subject, as: UTF8.self)): \(missed)")
                    matches += all.count
                }
            }
        }
        #expect(withLiterals > 500)
        #expect(matches > 10_000)
    }

    private func answers(_ index: MatchIndex, _ subject: [UInt8], _ url: RequestURL, isFiltered: Bool) throws -> Set<Int>? {
        var round = ExpressionRound(
            index: index, scratch: try #require(MatchScratch.current), hostStart: url.hostRange.lowerBound, already: SourceSet(),
            isFiltered: isFiltered)
        var found = Numbers()
        var budget = MatchBudget()
        round.run(subject, .both, &found, &budget)
        return budget.failed ? nil : found.numbers
    }

    private struct Numbers: EntryVisitor {
        var numbers: Set<Int> = []
        mutating func visit(_ posting: Posting, _ place: EntryPlace) {}
        mutating func visit(_ expression: ExpressionRecord) { numbers.insert(expression.source.index) }
        func isSettled(_ expression: ExpressionRecord, already: SourceSet) -> Bool { false }
    }

    // MARK: Limits

    @Test(arguments: ["(a+)+$", "(a|aa)+$", "(.*a){20}x", "^(a?){40}a{40}$(?<=b)", "(?:a+){2,}x(?=b)", "(a*)*b"])
    func backtrackingEndsAtTheLimit(pattern: String) throws {
        let index = try index([(.expression, pattern)])
        let url = try RequestURL("http://x.test/" + String(repeating: "a", count: 60) + "!")
        var set = SourceSet()
        var budget = MatchBudget()
        let start = threadTime()
        index.match(url, sent: false, into: &set, budget: &budget)
        #expect(threadTime() - start < 100_000_000)
        // Either PCRE2 sees through it or the budget fails: it never says "matches" or goes on for long.
        #expect(set.isEmpty)
        if pattern == "(a+)+$" { #expect(budget.failed) }
    }

    @Test func manySlowExpressionsFailTheBudget() throws {
        let index = try index((0..<2_000).map { (.expression, "[ab]*[ab]*[ab]*(?:x|\($0))y") })
        let url = try RequestURL("http://x.test/" + String(repeating: "ab", count: 30) + "zy")
        var set = SourceSet()
        var budget = MatchBudget()
        let start = threadTime()
        index.match(url, sent: false, into: &set, budget: &budget)
        #expect(budget.failed)
        #expect(threadTime() - start < 60_000_000)
        // The same budget stays failed for whatever is asked next.
        let other = try self.one("casino")
        other.match(try RequestURL("http://x.test/casino"), sent: false, into: &set, budget: &budget)
        #expect(budget.failed)
    }

    private func one(_ pattern: String) throws -> MatchIndex { try index([(.expression, pattern)]) }

    @Test func manyQuickExpressionsDoNot() throws {
        let index = try index((0..<3_000).map { (.expression, "\\d\($0)[xy]") })
        var set = SourceSet()
        var budget = MatchBudget()
        index.match(try RequestURL("http://x.test/a"), sent: false, into: &set, budget: &budget)
        #expect(!budget.failed)
    }

    @Test func compiledSizeIsLimited() throws {
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "big")
        let body = "(?:" + String(repeating: "[a-z0-9]x", count: 20) + "){20}"
        #expect(throws: EntryError.tooManyExpressions) {
            for line in 1...2_000 { try builder.add(ListEntry(kind: .expression, text: "\(line)" + body, line: line), to: source) }
        }
    }

    @Test func everyThreadHasItsOwnMemory() async throws {
        let index = try index((0..<50).map { (.expression, "word\($0)\\b") })
        let urls = try (0..<50).map { try RequestURL("http://x.test/word\($0)") }
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var hits = 0
                    for url in urls {
                        var set = SourceSet()
                        var budget = MatchBudget()
                        index.match(url, sent: false, into: &set, budget: &budget)
                        if set.contains(SourceID(index: 0)) { hits += 1 }
                    }
                    return hits
                }
            }
            for await hits in group { #expect(hits == 50) }
        }
    }

    private func threadTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
