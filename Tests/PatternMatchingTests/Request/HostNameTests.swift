import PatternMatching
import Testing

@Suite struct HostNameTests {
    @Test(arguments: [
        ("Example.COM.", CanonicalHost.name("example.com")), ("bücher.test", .name("xn--bcher-kva.test")),
        ("0x7f.1", .address(IPAddress(v4: 0x7f00_0001))), ("[::1]", .address(IPAddress(high: 0, low: 1))),
        ("[::ffff:127.0.0.1]", .address(IPAddress(v4: 0x7f00_0001))),
    ])
    func canonical(text: String, expected: CanonicalHost) {
        #expect(HostName.canonical(text) == expected)
        #expect(HostName.canonical(text.utf8) == expected)
        #expect(HostName.canonical(AnyCollection(Array(text.utf8))) == expected)
    }

    @Test(arguments: ["", ".", "a..b", "a b", "::1", "a/b", "a:80", "1.2.3.256"])
    func refused(text: String) {
        #expect(HostName.canonical(text) == nil)
    }

    @Test(
        arguments: [
            ("www.example.co.uk", "example.co.uk"), ("example.com", "example.com"), ("a.b.example.test", "example.test"), ("co.uk", nil),
            ("localhost", nil),
            ("", nil), ("x.github.io", "x.github.io"), ("www.xn--bcher-kva.de", "xn--bcher-kva.de"),
        ] as [(String, String?)])
    func registrable(host: String, expected: String?) {
        #expect(PublicSuffix.registrable(host) == expected)
    }
}
