import Foundation
import Testing

@testable import AdminWeb

@Suite struct MessagesTests {
    @Test func everyLanguageHasEveryText() throws {
        let assets = try TestAssets()
        let english = try JSONDecoder().decode([String: String].self, from: Data(assets.files["web/admin/messages.en.json"] ?? []))
        for path in assets.paths where path.hasPrefix("web/admin/messages.") {
            let other = try JSONDecoder().decode([String: String].self, from: Data(assets.files[path] ?? []))
            #expect(Set(other.keys) == Set(english.keys), "\(path)")
            for (key, text) in english {
                for hole in ["{0}", "{1}"] where text.contains(hole) { #expect(other[key]?.contains(hole) ?? false, "\(path) \(key)") }
            }
        }
    }

    @Test func everyTextATemplateNamesExists() throws {
        let assets = try TestAssets()
        let english = try #require(try MessageCatalogue(assets)["en"])
        var found = 0
        for path in assets.paths where path.hasSuffix(".mustache") {
            for match in assets.text(of: path).matches(of: /\{\{t\.([a-z0-9\-]+)\}\}/) {
                found += 1
                #expect(english.has(String(match.1)), "\(path): \(match.1)")
            }
        }
        #expect(found > 200)
    }

    /// What readers of lists say of a line, every one of them, and what a list's state says.
    @Test func whatIsSaidOfListsIsTranslated() throws {
        let catalogue = try MessageCatalogue(TestAssets())
        let (german, english) = (try #require(catalogue["de"]), try #require(catalogue["en"]))
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Sources/PolicyFormats/Lists")
        var found = 0
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /reject\([a-z]+, "((?:[^"\\]|\\")*)"/) {
                found += 1
                let said = String(match.1).replacing("\\\"", with: "\"")
                #expect(german.said(said) != said, "\(file.lastPathComponent): \(said)")
                #expect(english.said(said) == said)
            }
        }
        #expect(found > 30)
        for (said, expected) in [
            ("it shrank from 5000 to 3 entries", "sie ist von 5000 auf 3 Einträge geschrumpft"),
            ("its member a{0}b grew from 1 to 9 entries", "ihr Teil a{0}b ist von 1 auf 9 Einträge gewachsen"),
            (
                "adult/urls:7: the expression can never match: no URL holds what it asks for: ^x: y",
                "adult/urls:7: der Ausdruck passt nie: keine URL enthält, was er verlangt: ^x: y"
            ),
            (
                "the version held, line 3: refused: the expression does not compile: missing ) (at byte 4): (bad",
                "die zurückgehaltene Fassung, Zeile 3: abgelehnt: der Ausdruck lässt sich nicht übersetzen: missing ) (at byte 4): (bad"
            ),
            (
                "the version held, line 2: the expression matches 60 of 60 common sites: .*",
                "die zurückgehaltene Fassung, Zeile 2: der Ausdruck passt auf 60 von 60 häufigen Seiten: .*"
            ),
            ("longer than 8192 bytes", "länger als 8192 Bytes"), ("nobody translated this", "nobody translated this"), ("", ""),
            ("longer than ", "longer than "),
        ] {
            #expect(german.said(said) == expected)
            #expect(english.said(said) == said)
        }
    }

    @Test(arguments: [
        ("de", "de"), ("de-AT,en;q=0.5", "de"), ("fr, de;q=0.3, en;q=0.8", "en"), ("en;q=0, de;q=0.1", "de"), ("xx", "en"), ("", "en"),
        ("de;q=abc", "de"), (String(repeating: "x,", count: 10_000) + "de", "en"),
    ])
    func choosesALanguage(_ accept: String, _ expected: String) throws {
        let catalogue = try MessageCatalogue(TestAssets())
        #expect(catalogue.choose(accept: accept, chosen: nil).language == expected)
    }

    @Test func aChoiceMadeBeforeWins() throws {
        let catalogue = try MessageCatalogue(TestAssets())
        #expect(catalogue.choose(accept: "en", chosen: "de").language == "de")
        #expect(catalogue.choose(accept: "de", chosen: "xx").language == "de")
    }

    @Test func holesAreFilledOnce() {
        let messages = Messages(language: "en", texts: ["k": "{0} of {1}{2} {"])
        #expect(messages("k", "{1}", "b") == "{1} of b{2} {")
        #expect(messages("missing") == "missing")
    }
}
