import Testing

@testable import ProxyServer

@Suite struct PageShapeTests {
    private static let cases: [(String?, String?, String, PageShape)] = [
        ("document", "text/html", "/", PageShape.page), ("iframe", "text/html", "/", .frame),
        ("image", "image/avif,*/*;q=0.8", "/x", .image),
        ("script", "*/*", "/x", .script), ("style", "text/css,*/*;q=0.1", "/x", .style), ("empty", "application/json", "/x", .json),
        ("empty", "*/*", "/x", .text), ("video", "*/*", "/x", .text), ("font", "*/*", "/x", .text), ("DOCUMENT", "*/*", "/", .page),
        (nil, "text/html,application/xhtml+xml,*/*;q=0.8", "/x.js", .page), (nil, "image/avif,image/webp,*/*", "/x", .image),
        (nil, "text/css,*/*;q=0.1", "/x", .style), (nil, "application/json, text/plain, */*", "/x", .json),
        (nil, "*/*", "/a/x.js", .script),
        (nil, "*/*", "/a/x.CSS", .style), (nil, "*/*", "/a/x.png", .image), (nil, "*/*", "/a.js/b", .page), (nil, nil, "/", .page),
        (nil, "*/*", "/", .page), (nil, "video/webm,*/*", "/x", .text), (nil, "", "/", .page),
    ]

    @Test(arguments: Self.cases) func fits(destination: String?, accept: String?, path: String, shape: PageShape) {
        var hints = PageHints()
        hints.destination = destination
        hints.accept = accept
        hints.path = path
        #expect(PageShape(hints) == shape)
        hints.isTunnel = true
        #expect(PageShape(hints) == .text)
    }

    @Test func smallBodiesEndNothingEarly() {
        let line = "a */ alert(1) /* \n\u{202e}</style><script>"
        for shape in [PageShape.script, .style] {
            let text = String(decoding: SmallBody.of(shape, line: line, fields: []).bytes, as: UTF8.self)
            #expect(text.hasPrefix("/* ") && text.hasSuffix(" */\n"))
            #expect(text.dropFirst(2).dropLast(4).contains("*") == false)
            #expect(text.dropLast().contains("\n") == false)
        }
        #expect(SmallBody.of(.image, line: line, fields: []).bytes.prefix(3) == Array("GIF".utf8)[...])
        let json = String(decoding: SmallBody.of(.json, line: "", fields: [("a", "x\"\\\n<\u{7f}"), ("b", nil)]).bytes, as: UTF8.self)
        #expect(json == "{\"a\":\"x\\\"\\\\\\u000a\\u003c\\u007f\",\"b\":null}\n")
    }
}
