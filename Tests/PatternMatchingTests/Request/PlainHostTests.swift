import Testing

@testable import PatternMatching

@Suite struct PlainHostTests {
    private static let plain = ["a", "example.com", "Example.COM.", "a-b_c.d", "1.2.3.x", "x--y.test", "ab-cd.test", "_dmarc.test"]
    private static let other = [
        "", ".", "a..b", ".a", "1.2.3.4", "a.1", "0x7f", "xn--bcher-kva.example", "a.xn--p1ai", "a b", "a/b", "a:1", "bücher.de", "*.a",
        "a#",
        "a\0", "ab--c.test", String(repeating: "a", count: 64), String(repeating: "abcdefg.", count: 32) + "com",
    ]

    private static func length(_ text: String) -> Int? { Array(text.utf8).withUnsafeBytes { PlainHost.length(of: $0) } }

    @Test(arguments: plain) func isCanonicalButForCase(_ text: String) throws {
        let length = try #require(Self.length(text))
        let name = text.prefix(length).lowercased()
        #expect(HostName.canonical(text) == .name(name))
    }

    @Test(arguments: other) func isLookedAtCloser(_ text: String) { #expect(Self.length(text) == nil) }

    @Test func neverOtherwiseThanTheFullParser() {
        var random = SeededRandom(seed: 31)
        let pieces = ["a", "B", "1", "-", "--", ".", "_", "xn--", "x", "0x", "é", "%41", "com"]
        var known = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1..<8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let length = Self.length(text) else { continue }
            known += 1
            #expect(HostName.canonical(text) == .name(text.prefix(length).lowercased()), "\(text)")
        }
        #expect(known > 1_000)
    }
}
