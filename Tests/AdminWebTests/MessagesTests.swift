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
