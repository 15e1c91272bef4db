import Glibc
import PatternMatching
import Testing

@testable import PolicyFormats

/// The translation against the C library's own regcomp and regexec, which squidGuard and Squid use.
@Suite struct PosixExpressionTests {
    /// Whether the C library finds it; nil where it refuses the expression.
    private static func found(_ pattern: String, _ text: String, isCaseless: Bool) -> Bool? {
        var compiled = regex_t()
        guard regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB | (isCaseless ? REG_ICASE : 0)) == 0 else { return nil }
        defer { regfree(&compiled) }
        return regexec(&compiled, text, 0, nil, 0) == 0
    }

    /// The same of the translation, in an index as a list has it.
    private static func matches(_ pattern: String, _ texts: [String], isCaseless: Bool) throws -> [Bool] {
        var builder = MatchIndexBuilder()
        let written = (isCaseless ? "" : "(?-i)") + pattern
        try builder.add(ListEntry(kind: .expressionHostPath, text: written, line: 1), to: builder.source(named: "list"))
        let index = try MatchIndex(bytes: builder.finish())
        return try texts.map { text in
            var matched = SourceSet()
            var budget = MatchBudget()
            index.match(try RequestURL("http://\(text)".utf8), sent: false, into: &matched, budget: &budget)
            return !matched.isEmpty
        }
    }

    static let texts = [
        "x.test/word", "x.test/a.word.b", "x.test/sword", "x.test/words", "word.test/", "x.test/a_b", "x.test/aab", "x.test/b", "x.test/aa",
        "x.test/5",
        "x.test/d", "x.test/s", "x.test/q", "x.test/a-b", "x.test/a]b", "x.test/a~b", "x.test/w", "test.x/", "x.test/aaaa/bb",
        "x.test/abab",
    ]

    @Test(arguments: [
        "\\<word\\>", "\\<word", "word\\>", "\\`word", "word\\'", "\\bword\\b", "\\Bord", "wor\\B", "\\<[a-z]+\\>/\\<b", "a\\wb", "a\\Wb",
        "\\`x\\.test/a+b\\'",
        "[\\w]", "/[\\.d]$", "[]a]b", "[^]a]b", "a[]]b", "a{2}", "/a{,2}b", "/a{2,}$", "(ab){2}", "a+?b", "/a+*b", "/a?+b", "/a**b",
        "(a)\\1", "a||zz",
        "[[:digit:]]$", "[[:alpha:]_]b$", "a[[.-.]]b", "a[[=b=]]", "a[.]b", "x\\.test/(a|b)$", "/\\Q$", "\\d", "/\\s", "a\\]b", "a~b",
        "a\\~b", "/a)", "\\/a", "()",
        "^word|b$", "(^|/)b$", "/[a-]-*b", "a[^[:alnum:]]b",
    ]) func readsAsTheCLibraryDoes(_ pattern: String) throws {
        let translated = try #require(PosixExpression.translated(pattern))
        let answers = try PosixExpressionTests.matches(translated, PosixExpressionTests.texts, isCaseless: true)
        for (text, answer) in zip(PosixExpressionTests.texts, answers) {
            #expect(answer == PosixExpressionTests.found(pattern, text, isCaseless: true), "\(pattern) as \(translated) on \(text)")
        }
    }

    /// What the C library refuses is not translated: it is taken as it is written, or told.
    @Test(arguments: ["(?:a)", "*a", "(*a)", "a|*b", "a{", "a{1", "[a", "(a", "a\\", "[[:<:]]a", "[[:nothing:]]"]) func refuses(
        _ pattern: String
    ) {
        #expect(PosixExpressionTests.found(pattern, "a", isCaseless: true) == nil)
        #expect(PosixExpression.translated(pattern) == nil)
    }

    @Test(arguments: [true, false]) func readsAnyPatternAsTheCLibraryDoes(_ isCaseless: Bool) throws {
        let pieces = [
            "a", "b", "word", "x", ".", "\\.", "[ab]", "[^a/]", "[\\w]", "[[:alpha:]]", "(", ")", "|", "^", "$", "*", "+", "?", "{2}",
            "{,1}", "\\<", "\\>", "\\w",
            "\\W", "\\b", "\\d", "\\Q", "/", "test", "\\`", "\\'", "_",
        ]
        var random = SeededGenerator(state: 7)
        var compared = 0
        for _ in 0..<1500 {
            let pattern = (0..<Int.random(in: 1...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "a" }.joined()
            guard let translated = PosixExpression.translated(pattern, isCaseless: isCaseless),
                PosixExpressionTests.found(pattern, "a", isCaseless: isCaseless) != nil
            else { continue }
            compared += 1
            let answers = try PosixExpressionTests.matches(translated, PosixExpressionTests.texts, isCaseless: isCaseless)
            for (text, answer) in zip(PosixExpressionTests.texts, answers) {
                #expect(
                    answer == PosixExpressionTests.found(pattern, text, isCaseless: isCaseless), "\(pattern) as \(translated) on \(text)")
            }
        }
        #expect(compared > 500, "\(compared)")
    }
}
