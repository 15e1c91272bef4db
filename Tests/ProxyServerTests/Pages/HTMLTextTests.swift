import Testing

@testable import ProxyServer

@Suite struct HTMLTextTests {
    private func escaped(_ text: String) -> String {
        var output: [UInt8] = []
        HTMLText.append(text, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [
        ("plain", "plain"), ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"), ("\" onx='", "&quot; onx=&#39;"),
        ("a&amp;b", "a&amp;amp;b"), ("grün 日本 👩\u{200d}🚒", "grün 日本 👩\u{200d}🚒"), ("a\u{202e}gpj.exe", "a\u{fffd}gpj.exe"),
        ("a\u{0}b\u{1b}[31m\u{7f}\u{9b}", "a\u{fffd}b\u{fffd}[31m\u{fffd}\u{fffd}"), ("x\u{2066}y\u{feff}", "x\u{fffd}y\u{fffd}"),
        ("tab\tline\n", "tab\tline\n"),
    ]) func escapes(text: String, html: String) { #expect(escaped(text) == html) }

    @Test func everyScalarGivesSomethingHarmless() {
        for value in stride(from: UInt32(0), to: 0x11_0000, by: 7) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let html = escaped(String(Character(scalar)))
            #expect(!html.isEmpty)
            #expect(!html.contains("<") && !html.contains("\"") && !html.contains("'") && !html.contains(">"))
        }
    }
}
