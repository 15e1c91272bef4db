import Testing

@testable import PatternMatching

@Suite struct ExpressionCheckTests {
    static let hosts = ["www.google.com", "en.wikipedia.org", "www.bbc.co.uk", "github.com", "www.lemonde.fr", "archive.org"]
    let check = ExpressionCheck(commonHosts: hosts)

    private func findings(_ pattern: String, _ kind: EntryKind = .expression) -> [ExpressionFinding] {
        check.findings(ListEntry(kind: kind, text: pattern, line: 1))
    }

    static let impossible: [(String, EntryKind)] = [
        ("^/banner", .expression), ("^www\\.", .expression), ("two words", .expression), ("foo$bar", .expression), ("a^b", .expression),
        ("#fragment", .expression), ("^http://", .expressionHostPath), ("(?-i)BANNER", .expressionHostPath),
        ("^https?://(?-i)[A-Z]+\\.example/", .expression), ("^https?://[^/]*\\.example$", .expression), ("^[0-9]+://", .expression),
        ("^https://[^/]*:[a-z]+/", .expression), ("^gopher:", .expression), ("[\\s]casino", .expression), ("(?:a b|c d){2,3}", .expression),
        ("^ftp:///", .expression), ("://[a-z]+[^/]*//\\s", .expression), ("\\Ax\\z", .expression),
    ]

    @Test(arguments: impossible) func saysWhatCanNeverMatch(_ pattern: String, _ kind: EntryKind) {
        #expect(findings(pattern, kind) == [.neverMatches], "\(pattern)")
    }

    /// Each with a URL that it is found in: nothing of the kind may be said of it.
    static let possible: [(String, EntryKind, String)] = [
        ("\\bcasino\\d*\\b", .expression, "https://casino7.example/"), ("^https?://[^/]*ads\\.", .expression, "http://xads.example/"),
        ("(?-i)Banner", .expression, "https://a.example/Banner"), ("\\.(exe|zip)$", .expression, "https://a.example/x.zip"),
        ("/$", .expression, "https://a.example/"), ("^([^/]*\\.)?ads\\.", .expressionHostPath, "https://ads.example/"),
        ("[[:digit:]]{3}", .expression, "https://a.example/123"), ("(a)\\1", .expression, "https://aa.example/"),
        ("(?=https)h", .expression, "https://a.example/"), ("a{2}", .expression, "https://aa.example/"),
        ("[]x]y", .expression, "https://xy.example/"),
        ("\\x61ds", .expression, "https://ads.example/"), ("example:8080/", .expression, "https://a.example:8080/"),
        ("%C3%A9", .expression, "https://a.example/%C3%A9"), ("\\[::1\\]", .expression, "https://[::1]/"),
        ("x{0}ads", .expression, "https://ads.example/"),
    ]

    @Test(arguments: possible) func saysNothingOfWhatMatches(_ pattern: String, _ kind: EntryKind, _ url: String) throws {
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "x")
        try builder.add(ListEntry(kind: kind, text: pattern, line: 1), to: source)
        let index = try MatchIndex(bytes: builder.finish())
        var matched = SourceSet()
        var budget = MatchBudget()
        index.match(try RequestURL(url.utf8), sent: false, into: &matched, budget: &budget)
        #expect(!matched.isEmpty)
        #expect(!findings(pattern, kind).contains(.neverMatches))
    }

    @Test(arguments: [
        "(a+)+$", "(x+x+)+y", "([a-z]+)*\\.evil", "(\\w+\\s?)*!", "(a|aa)+$", "(?:.*,){12}P", "(.*)(.*)(.*)(.*)(.*)[0-9]x",
        "(([a-z])+.)+[A-Z]([a-z])+$", "(([a-z])+.){2,}-!",
    ])
    func saysWhatBacktracks(_ pattern: String) {
        #expect(
            findings(pattern).contains {
                if case .backtracks(let probes, _) = $0 { return probes > 0 }
                return false
            }, "\(findings(pattern))")
    }

    @Test(arguments: [
        "casino", "\\bcasino\\d*\\b", "^https?://([^/]+\\.)?ads[0-9]*\\.", "/(banner|sponsor)s?/.*\\.gif", "(a|b|c)+\\.example",
        "[^/]+\\.(exe|scr)$",
    ])
    func findsNothingWrongWithPlainExpressions(_ pattern: String) { #expect(findings(pattern) == []) }

    @Test(arguments: [".*", "", "e|o", "://", "\\.", "^https:", "[a-z]"]) func saysWhatMatchesMostOfTheWeb(_ pattern: String) {
        #expect(
            findings(pattern).contains {
                if case .matchesMost(let hosts, let count) = $0 { return hosts > count / 2 && count == ExpressionCheckTests.hosts.count }
                return false
            }, "\(findings(pattern))")
    }

    @Test func leavesOtherEntriesAndBadExpressionsAlone() {
        #expect(check.findings(ListEntry(kind: .site, text: "a b", line: 1)) == [])
        #expect(findings("(") == [])
        #expect(findings(String(repeating: "x", count: 5000)) == [])
    }

    /// Whatever a pattern is made of, checking ends, and what is said to match nothing matches none of the URLs.
    @Test func neverContradictsAMatch() throws {
        var random = SeededRandom(seed: 9)
        let pieces = [
            "a", "ex", "/", ":", "^", "$", ".", "*", "+", "?", "(", ")", "|", "[a-z]", "[^/]", "\\d", "\\.", "http", "{2}", " ", "(?-i)",
            "A",
        ]
        let urls = ["https://example.example/", "http://a.example:8080/a/A?x=1", "ftp://ex.example/http://a"]
        var judged = 0
        for _ in 0..<3000 {
            let pattern = (0..<Int.random(in: 1...7, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "a" }.joined()
            guard let program = try? Expression(Array(pattern.utf8), jit: false), let scratch = MatchScratch.current else { continue }
            guard findings(pattern).contains(.neverMatches) else { continue }
            judged += 1
            for url in urls {
                var budget = MatchBudget()
                let isFound = Array(url.utf8).withUnsafeBufferPointer { subject in
                    ExpressionSearch(program: program.handle, scratch: scratch, subject: subject).isFound(&budget)
                }
                #expect(isFound == false, "\(pattern) \(url)")
            }
        }
        #expect(judged > 100)
    }
}
