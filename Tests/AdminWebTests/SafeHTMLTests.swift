import Testing

@testable import AdminWeb

@Suite struct SafeHTMLTests {
    @Test(arguments: [
        ("plain", "plain"), ("<script>", "&lt;script&gt;"), ("a&b", "a&amp;b"), ("\"x'", "&quot;x&#39;"), ("\u{0}", "\u{fffd}"),
        // A quote and a combining mark are one Character: they must be escaped all the same.
        ("\"\u{338} onmouseover=x", "&quot;\u{338} onmouseover=x"), ("<\u{338}b", "&lt;\u{338}b"), ("&\u{301}", "&amp;\u{301}"),
    ])
    func escapes(_ text: String, _ expected: String) {
        #expect(Array(SafeHTML.escape(text).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test func templatesEscapeThroughIt() throws {
        let templates = try Templates(
            TestAssets(files: [
                "web/admin/a.mustache": Array("<p title=\"{{x}}\">{{#rows}}{{.}}{{/rows}}{{> b}}</p>".utf8),
                "web/admin/b.mustache": Array("[{{x}}]".utf8),
            ]))
        let nasty = "\"\u{338}<i>"
        let escaped = "&quot;\u{338}&lt;i&gt;"
        let page = try templates.render("a", ["x": nasty, "rows": [nasty]])
        #expect(page.unicodeScalars.elementsEqual("<p title=\"\(escaped)\">\(escaped)[\(escaped)]</p>".unicodeScalars))
    }

    @Test func namesABrokenTemplate() throws {
        #expect(throws: Templates.Failure.self) { try Templates(TestAssets(files: ["web/admin/a.mustache": Array("{{#x}}".utf8)])) }
        #expect(throws: Templates.Failure.self) { try Templates(TestAssets(files: [:])).render("a", [:]) }
    }
}
