import Testing

@testable import ProxyServer

@Suite struct AcceptLanguageTests {
    @Test(arguments: [
        ("", "en"), ("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("en-GB,en;q=0.9,de;q=0.8", "en"), ("fr,de;q=0.5", "de"),
        ("fr", "en"), ("en;q=0.2, de;q=0.3", "de"), ("de;q=0, en;q=0.1", "en"), ("DE-de", "de"), ("*", "en"), ("de;q=abc", "en"),
        ("de;q=9", "en"), (";;;,,,=,de", "de"), ("de;level=1;q=0.4,en;q=0.3", "de"),
    ]) func chooses(field: String, language: String) {
        #expect(AcceptLanguage.choose(field, among: ["en", "de"]) == language)
    }

    @Test func withoutTheFieldEnglish() { #expect(AcceptLanguage.choose(nil, among: ["en", "de"]) == "en") }

    @Test func readsABoundedPart() {
        #expect(AcceptLanguage.choose(String(repeating: "xx,", count: 100_000) + "de", among: ["en", "de"]) == "en")
    }
}
