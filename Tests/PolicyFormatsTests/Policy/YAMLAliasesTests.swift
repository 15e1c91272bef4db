import PolicyCore
import Testing

@testable import PolicyFormats

/// Aliases are those the parser would take for one, wherever else an asterisk stands.
struct YAMLAliasesTests {
    private static func read(_ text: String) -> PolicyReading { PolicyReader.read(text, file: "p", zones: FileZones()) }

    private static let head = "weir: 1\ngroups: { default: {} }\n"

    /// Words behind an asterisk that are no aliases, more than there may be of those; and what they stand in is as it was written.
    @Test func wordsBehindAsterisks() throws {
        let words = String(repeating: " *a", count: 3000)
        let expressions = (0..<1200).map { "'a\($0) *x1'" }.joined(separator: ", ")
        let text = """
            weir: 1
            #\(words)
            groups:
              default: {}   #\(words)
            categories:
              c:
                title: "q\(words) \\ue100 \u{e101}"
                note: |
                  one\(words)
                  *two
                expressions: [\(expressions)]
              "*d-e": {}
            """
        let reading = YAMLAliasesTests.read(text)
        #expect(reading.errors.map(\.message) == ["\"*d-e\" is no name: small letters, digits and dashes"])
        let good = YAMLAliasesTests.read(text.split(separator: "\n").dropLast().joined(separator: "\n"))
        let category = try #require(good.document?.categories.first, "\(good.errors)")
        #expect(category.title == "q\(words) \u{e100} \u{e101}")
        #expect(category.note == "one\(words)\n*two\n")
        #expect(category.includes.entries.map(\.text) == (0..<1200).map { "a\($0) *x1" })
    }

    /// Aliases stand for what was last given their name, as values, in lists and as keys.
    @Test func standForTheirAnchors() throws {
        let text = """
            weir: 1
            groups:
              &n kids:
                addresses: [&one 10.0.0.1]
                rules: &r [ &first { block: [&site "site:a.test"] }, { allow: *site } ]
              more: { rules: *r, users: [&one anna] }
              default: { rules: [*first, *first], note: *one }
            clients: { a: { group: *n, users: [b, &b c] }, *b : {} }
            """
        let document = try #require(YAMLAliasesTests.read(text).document, "\(YAMLAliasesTests.read(text).errors)")
        #expect(document.groups.map { $0.rules.map(\.verb) } == [[.block, .allow], [.block, .allow], [.block, .block]])
        #expect(document.groups.last?.note == "anna")
        #expect(document.clients.map(\.name) == ["a", "c"] && document.clients[0].group == "kids")
        let twice = YAMLAliasesTests.read(text.replacing("*b : {}", with: "*b : {}, *b : {}"))
        #expect(twice.errors.map(\.message) == ["\"c\" is written twice, first on line 8"], "\(twice.errors)")
    }

    struct Wrong: Sendable {
        let text: String
        let line: Int
        let column: Int
        let says: String
    }

    static let wrongs: [Wrong] = [
        Wrong(text: head + "rules: { block: *x }\n", line: 3, column: 17, says: "there is no \"&x\" before it"),
        Wrong(text: head + "rules: { block: [*x, &x all] }\n", line: 3, column: 18, says: "there is no \"&x\" before it"),
        Wrong(text: head + "rules: &x [ { block: all, only: *x } ]\n", line: 3, column: 33, says: "there is no \"&x\" before it"),
        Wrong(text: head + "rules: { block: *x.test }\n", line: 3, column: 17, says: "written in quotes"),
        Wrong(text: head + "rules: &r\n  - block: all\n? *r\n: 1\n", line: 5, column: 3, says: "a key must be text"),
    ]

    @Test(arguments: wrongs) func place(_ wrong: Wrong) throws {
        let reading = YAMLAliasesTests.read(wrong.text)
        let error = try #require(reading.errors.first)
        #expect(error.message.contains(wrong.says) && error.line == wrong.line && error.column == wrong.column, "\(reading.errors)")
    }

    @Test func asManyAsThereMayBe() throws {
        let entries = Array(repeating: "  - *a\n", count: YAMLAliases.most).joined()
        let text = YAMLAliasesTests.head + "rules:\n  - &a { block: 'site:a.test' }\n" + entries
        #expect(YAMLAliasesTests.read(text).document?.rules.count == 1001)
        let reading = YAMLAliasesTests.read(text + "  - *a\n")
        #expect(reading.errors.map { "\($0)" } == ["p:1005:5: more than 1000 YAML aliases"])
    }

    /// What a few lines stand for is counted, never written out: in lists, in keys, and however deep.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (9, 9, "- ", "too large"), (9, 9, "? ", "too large"), (40, 2, "- ", "too large"), (900, 1, "- ", "a policy must be a mapping"),
        ])
    func whatGrows(_ levels: Int, _ copies: Int, _ mark: String, _ says: String) {
        var text = "- &a0 x\n"
        for level in 1...levels {
            let all = Array(repeating: "*a\(level - 1)", count: copies).joined(separator: ", ")
            text += "- &a\(level) [\(all)]\n"
            if mark == "? " { text += "- ? *a\(level)\n  : x\n" }
        }
        let clock = ContinuousClock()
        var reading: PolicyReading?
        let time = clock.measure { reading = YAMLAliasesTests.read(text) }
        #expect(reading?.errors.contains { $0.message.contains(says) } == true, "\(String(describing: reading?.errors))")
        #expect(reading?.document == nil && time < .seconds(2), "\(time)")
    }

    /// Levels that aliases add count like those that are written.
    @Test(arguments: [(1, 990, true), (2, 600, false), (40, 900, false), (900, 3, false)])
    func whatDeepens(_ aliases: Int, _ brackets: Int, _ isTaken: Bool) throws {
        let (open, close) = (String(repeating: "[", count: brackets), String(repeating: "]", count: brackets))
        var text = "weir: 1\na0: &a0 x\n"
        for level in 1...aliases { text += "a\(level): &a\(level) \(open)*a\(level - 1)\(close)\n" }
        let errors = YAMLAliasesTests.read(text).errors
        #expect(errors.contains { $0.message == "nested too deeply" } == !isTaken, "\(errors.prefix(3))")
        if !isTaken, brackets > 500 { #expect(errors.first?.line == 4) }
    }
}
