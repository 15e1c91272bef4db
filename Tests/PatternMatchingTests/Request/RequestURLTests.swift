import Testing

@testable import PatternMatching

@Suite struct RequestURLTests {
    @Test(arguments: [
        ("http://example.com/", "http://example.com/"),
        ("HTTP://WWW.Example.COM/", "http://www.example.com/"),
        ("https://secure.test", "https://secure.test/"),
        ("https://secure.test?q", "https://secure.test/?q"),
        ("https://secure.test:443/", "https://secure.test/"),
        ("https://secure.test:444/", "https://secure.test:444/"),
        ("https://secure.test:/x", "https://secure.test/x"),
        ("https://secure.test:00443/x", "https://secure.test/x"),
        ("http://secure.test:443/", "http://secure.test:443/"),
        ("ws://socket.test:80/chat", "ws://socket.test/chat"),
        ("WSS://socket.test:443/chat", "wss://socket.test/chat"),
        ("http://xn--bcher-kva.test/", "http://xn--bcher-kva.test/"),
        ("http://XN--BCHER-KVA.test/", "http://xn--bcher-kva.test/"),
        ("http://BÜCHER.test/", "http://xn--bcher-kva.test/"),
        ("http://b%C3%BCcher.test/", "http://xn--bcher-kva.test/"),
        ("http://bu\u{308}cher.test/", "http://xn--bcher-kva.test/"),
        ("http://faß.test/", "http://xn--fa-hia.test/"),
        ("http://ｅｘａｍｐｌｅ．ｃｏｍ/", "http://example.com/"),
        ("http://例え。テスト/", "http://xn--r8jz45g.xn--zckzah/"),
        ("http://exa\u{ad}mple.com/", "http://example.com/"),
        ("http://１２７．０．０．１/", "http://127.0.0.1/"),
        ("http://ex%61mple.com/", "http://example.com/"),
        ("http://example%2Ecom/", "http://example.com/"),
        ("https://example.com./", "https://example.com/"),
        ("https://a_b.example.com/", "https://a_b.example.com/"),
        ("http://3221225991/", "http://192.0.2.7/"),
        ("http://0300.0.02.07/", "http://192.0.2.7/"),
        ("http://0xC0000207/", "http://192.0.2.7/"),
        ("http://192.519/", "http://192.0.2.7/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://0x/", "http://0.0.0.0/"),
        ("http://192.0.2.7./", "http://192.0.2.7/"),
        ("http://4294967295/", "http://255.255.255.255/"),
        ("http://[::ffff:192.0.2.7]/", "http://192.0.2.7/"),
        ("http://[0:0:0:0:0:FFFF:C000:0207]/", "http://192.0.2.7/"),
        ("http://[2001:0DB8:0:0:0:0:0:7]:8080/", "http://[2001:db8::7]:8080/"),
        ("http://[::]/", "http://[::]/"),
        ("http://wiki.test@example.com/", "http://example.com/"),
        ("http://a:b@c@example.com:81/", "http://example.com:81/"),
        ("http://school.test/a/b#more", "http://school.test/a/b"),
        ("http://wiki.test#@example.com/", "http://wiki.test/"),
        ("http://wiki.test?@example.com/", "http://wiki.test/?@example.com/"),
        ("http://wiki.test#a\\b", "http://wiki.test/"),
        ("http://school.test/x/../a/./b/c", "http://school.test/a/b/c"),
        ("http://school.test/x/%2e%2E/a/b", "http://school.test/a/b"),
        ("http://school.test/x/.%2e/a", "http://school.test/a"),
        ("http://school.test/../../a", "http://school.test/a"),
        ("http://school.test/a/..", "http://school.test/"),
        ("http://school.test/a/b/..", "http://school.test/a/"),
        ("http://school.test/a/b/.", "http://school.test/a/b/"),
        ("http://school.test/a/...", "http://school.test/a/..."),
        ("http://school.test/.a/..b", "http://school.test/.a/..b"),
        ("http://school.test//a///b//", "http://school.test/a/b/"),
        ("http://school.test/a//../b", "http://school.test/b"),
        ("http://school.test/%61/b", "http://school.test/a/b"),
        ("http://school.test/%2561/b", "http://school.test/%2561/b"),
        ("http://school.test/a%2fb", "http://school.test/a%2Fb"),
        ("http://school.test/a%", "http://school.test/a%"),
        ("http://school.test/a%4", "http://school.test/a%4"),
        ("http://school.test/%zz%41", "http://school.test/%zzA"),
        ("http://school.test/%%361", "http://school.test/%2561"),
        ("http://school.test/%%36%31?%6%31", "http://school.test/%2561?%2561"),
        ("http://school.test/%%%33%33", "http://school.test/%%2533"),
        ("http://school.test/%%2f1", "http://school.test/%%2F1"),
        ("http://school.test/é?é", "http://school.test/%C3%A9?%C3%A9"),
        ("http://school.test/?u=http://x/../%7e%2f", "http://school.test/?u=http://x/../~%2F"),
        ("http://school.test/?a\\b|{c}^", "http://school.test/?a\\b|{c}^"),
        ("http://school.test/a?", "http://school.test/a?"),
        ("http://school.test/;x=1/..;/b", "http://school.test/;x=1/..;/b"),
        ("http://a,b$c.test/", "http://a,b$c.test/"),
        ("http://1.2.3.4.test/", "http://1.2.3.4.test/"),
        ("http://0xyz/", "http://0xyz/"),
    ])
    func canonical(text: String, expected: String) throws {
        let url = try RequestURL(text)
        #expect(url.text == expected)
        #expect(url.bytes[url.pathStart] == UInt8(ascii: "/"))
        #expect(try RequestURL(url.text) == RequestURL(Array(url.text.utf8)))
    }

    @Test(arguments: [
        ("/a/b", RequestURLError.noScheme),
        ("", .noScheme),
        ("example.com/", .noScheme),
        ("1http://x/", .noScheme),
        ("ftp://example.com/", .schemeNotSupported),
        ("example.com:80/", .schemeNotSupported),
        ("javascript:alert(1)", .schemeNotSupported),
        ("http:example.com", .noHost),
        ("http:/example.com", .noHost),
        ("http:///example.com", .noHost),
        ("http://", .noHost),
        ("http://@/", .noHost),
        ("http://:80/", .noHost),
        ("http://./", .badHost),
        ("http://a..b/", .badHost),
        ("http://.a/", .badHost),
        ("http://a.b../", .badHost),
        ("http://a b/", .control),
        ("http://a/b c", .control),
        ("http://a/\r\nX", .control),
        ("http://a/#\u{7f}", .control),
        ("http://a%00b/", .badHost),
        ("http://a%2fb/", .badHost),
        ("http://a%zz/", .badHost),
        ("http://a%2525/", .badHost),
        ("http://a<b/", .badHost),
        ("http://a^b/", .badHost),
        ("http://a／b/", .badHost),
        ("http://a％41/", .badHost),
        ("http://%ff%fe.test/", .badHost),
        ("http://\u{ad}/", .badHost),
        ("http://[::1/", .badAddress),
        ("http://[::1]x/", .badHost),
        ("http://[fe80::1%25eth0]/", .badAddress),
        ("http://[fe80::1%eth0]/", .badAddress),
        ("http://[::1.2.3]/", .badAddress),
        ("http://[]/", .badAddress),
        ("http://::1/", .noHost),
        ("http://2001:db8::1/", .badPort),
        ("http://%5B::1%5D/", .badHost),
        ("http://256.1.1.1/", .badAddress),
        ("http://1.2.3.4.5/", .badAddress),
        ("http://192.0.2.08/", .badAddress),
        ("http://1.2.3.0x100/", .badAddress),
        ("http://4294967296/", .badAddress),
        ("http://99999999999999999999999999/", .badAddress),
        ("http://a.09/", .badAddress),
        ("http://a.0x1/", .badAddress),
        ("http://example.com:99999/", .badPort),
        ("http://example.com:65536/", .badPort),
        ("http://example.com:0/", .badPort),
        ("http://example.com:+80/", .badPort),
        ("http://example.com:8a/", .badPort),
        ("http://example.com:80:80/", .badPort),
        ("http://example.com\\@evil.test/", .backslash),
        ("http:\\\\example.com/", .backslash),
        ("http://example.com/a\\..\\b", .backslash),
    ])
    func refused(text: String, expected: RequestURLError) {
        #expect(throws: expected) { try RequestURL(text) }
    }

    @Test(arguments: [
        ("http://School.test/a/b/../../free", "http://school.test/a/b/../../free"),
        ("http://school.test:80//a", "http://school.test//a"),
        ("http://school.test/é", "http://school.test/é"),
        ("http://school.test/%7euser#f", "http://school.test/%7euser"),
        ("http://school.test?%61", "http://school.test/?%61"),
    ])
    func asSent(text: String, expected: String) throws {
        #expect(try RequestURL(text).sent == Array(expected.utf8))
    }

    @Test(arguments: [
        "http://school.test", "http://SCHOOL.test:80?q", "http://school.test/a.b/c..d", "http://school.test/%2F",
        "http://school.test/?//..",
        "http://school.test/.well-known/x",
    ])
    func sameAsSent(text: String) throws {
        #expect(try RequestURL(text).sent == nil)
    }

    @Test(arguments: [
        ("www.blocked.test:443", "https://www.blocked.test/", UInt16(443)),
        ("Tunnel.TEST.:8443", "https://tunnel.test:8443/", 8443),
        ("[2001:DB8::1]:443", "https://[2001:db8::1]/", 443),
        ("[::ffff:1.2.3.4]:80", "https://1.2.3.4:80/", 80),
        ("0x7f.1:443", "https://127.0.0.1/", 443),
    ])
    func tunnel(authority: String, expected: String, port: UInt16) throws {
        let url = try RequestURL(connect: authority.utf8)
        #expect(url.text == expected)
        #expect(url.port == port)
        #expect(url.isTunnel)
        #expect(try RequestURL(expected).asTunnel == url)
    }

    @Test(arguments: [
        ("host.test", RequestURLError.badPort), ("host.test:", .badPort), ("host.test:0", .badPort), ("host.test:65536", .badPort),
        ("host.test:+443", .badPort), (":443", .noHost), ("", .noHost), ("2001:db8::1:443", .badPort), ("u@host.test:443", .badHost),
        ("host.test:443/", .badHost), ("http://host.test:443", .badHost), ("host .test:443", .control), ("host\\x:443", .backslash),
        ("[::1:443", .badAddress),
    ])
    func tunnelRefused(authority: String, expected: RequestURLError) {
        #expect(throws: expected) { try RequestURL(connect: authority.utf8) }
    }

    @Test func parts() throws {
        let url = try RequestURL("https://WWW.Example.co.uk:8443/a/b?c#d")
        #expect(url.scheme == "https")
        #expect(url.host == "www.example.co.uk")
        #expect(url.site == "example.co.uk")
        #expect(url.port == 8443)
        #expect(url.pathAndQuery == "/a/b?c")
        #expect(url.address == nil)
        #expect(!url.isTunnel)
        let literal = try RequestURL("http://[2001:db8::1]/")
        #expect(literal.host == "2001:db8::1")
        #expect(literal.site == "2001:db8::1")
        #expect(literal.address == IPAddress("2001:db8::1"))
        #expect(literal.port == 80)
        #expect(try RequestURL(tlsName: "Mail.test".utf8, port: 8443).text == "https://mail.test:8443/")
        #expect(try RequestURL("http://localhost/").site == "localhost")
    }

    @Test func lengths() throws {
        let label = String(repeating: "a", count: 63)
        #expect(throws: Never.self) { try RequestURL("http://\(label).test/") }
        #expect(throws: RequestURLError.badHost) { try RequestURL("http://\(label)a.test/") }
        #expect(throws: RequestURLError.badHost) { try RequestURL("http://\(label).\(label).\(label).\(label)/") }
        #expect(throws: RequestURLError.tooLong) { try RequestURL("http://x/" + String(repeating: "a", count: 1 << 20)) }
        #expect(try RequestURL("http://x/" + String(repeating: "/.", count: 100_000)).text == "http://x/")
    }

    /// What cannot be judged must not be judged otherwise: any bytes give a canonical URL that reads as itself, or an error.
    @Test func anyBytes() {
        var random = SeededRandom(seed: 7)
        let pieces = [
            "http://", "https:", "//", "a", "..", ".", "%2e", "%", "%25", "@", ":", "80", "[", "]", "::1", "\\", "?", "#", "/", "ü", "0x7f",
            ".1", "\u{ff0f}",
            "xn--", "-", "\u{0}", "ss", "ß", "\u{ad}",
        ]
        for _ in 0..<20_000 {
            let text =
                "http://" + (0..<Int.random(in: 0..<9, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let url = try? RequestURL(text) else { continue }
            #expect(url.bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "\(text)")
            guard let again = try? RequestURL(url.bytes) else {
                Issue.record("\(text) -> \(url.text) is no URL")
                continue
            }
            #expect(again.hostRange == url.hostRange && again.host == url.host && again.port == url.port, "\(text)")
        }
    }
}
