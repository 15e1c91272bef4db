import Testing

@testable import Reporting

@Suite struct MarkupTests {
    @Test(arguments: [
        ("a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c&#39;"), ("plain – ünïcode 日本", "plain – ünïcode 日本"), ("\u{0}\n\u{7f}\u{85}", "����"),
        ("\u{202e}\u{2066}\u{fffe}", "���"), ("👩‍👧", "👩‍👧"), ("", ""),
    ])
    func escapes(_ text: String, _ escaped: String) { #expect(Markup.escape(text) == escaped) }

    @Test(arguments: [("a b&c=d", "a%20b%26c%3Dd"), ("ü\n", "%C3%BC%0A"), ("a-._~Z9", "a-._~Z9"), ("\u{0}", "%00")])
    func writesQueries(_ text: String, _ query: String) { #expect(Markup.query(text) == query) }

    @Test(arguments: [
        (1.0, "1"), (1.25, "1.3"), (-0.04, "0"), (-2.5, "-2.5"), (.nan, "0"), (.infinity, "0"), (1e30, "0"), (719.96, "720"),
    ])
    func writesCoordinates(_ number: Double, _ text: String) { #expect(Markup.number(number) == text) }
}
