import Testing

@testable import ProxyProtocols

/// SECURITY.md F21 to F23, X1, X2.
@Suite struct RequestTargetTests {
    @Test(arguments: [
        "/x", "*", "//example.test/", "http:/example.test/", "http:example.test", "http://", "http:///x", "http://example.test/#top",
        "example.test",
        "example.test:80", "http://user@example.test/", "http://user:secret@example.test/", "http://@example.test/",
        "https://example.test/",
        "file:///etc/passwd", "urn:isbn:1", "cache_object://example.test/", "javascript:alert(1)", "ws://example.test/",
        "wss://example.test/",
        "ftp://example.test/", "http://example.test:99999/", "http://example.test:+80/", "http://exa mple.test/", "http://[::1/",
        "http://[::1%25eth0]/",
        "http://example.test\\@other.test/", "http://example.test#@other.test/", "http://1.2.3.400/", "http://:80/",
        "http://a.test,b.test/", "http://a.test%2cb.test/", "http://a%EF%BC%8Cb.test/", "http://?x", "#",
    ])
    func refusesOtherTargets(target: String) {
        #expect(readRequest("GET \(target) HTTP/1.1\r\n" + hostLine + "\r\n").status == 400)
    }

    @Test(arguments: [
        ("http://example.test", "http://example.test/", "/"),
        ("HTTP://EXAMPLE.test/A%2fb?c=D", "http://example.test/A%2Fb?c=D", "/A%2fb?c=D"),
        ("http://example.test?x", "http://example.test/?x", "/?x"), ("http://example.test:8080/", "http://example.test:8080/", "/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a", "/a"), ("http://example.test/?a|b{c}^", "http://example.test/?a|b{c}^", "/?a|b{c}^"),
        ("http://example.test/a//b/../c", "http://example.test/a/c", "/a//b/../c"),
        ("http://example.test/@x", "http://example.test/@x", "/@x"),
    ])
    func sendsThePathAsItCame(target: String, url: String, path: String) throws {
        let gist = try #require(readRequest("GET \(target) HTTP/1.1\r\n" + hostLine + "\r\n").gist)
        #expect(gist.url == url)
        #expect(gist.forwarded.hasPrefix("GET \(path) HTTP/1.1\r\n"))
    }

    @Test func asteriskIsForOptions() throws {
        let head = try #require(request("OPTIONS * HTTP/1.1\r\n" + hostLine + "\r\n"))
        #expect(head.target == .asterisk)
        #expect(
            readRequest("OPTIONS http://example.test HTTP/1.1\r\n" + hostLine + "\r\n").gist?.forwarded.hasPrefix("OPTIONS * HTTP/1.1\r\n")
                == true)
        #expect(
            readRequest("OPTIONS http://example.test/ HTTP/1.1\r\n" + hostLine + "\r\n").gist?.forwarded.hasPrefix("OPTIONS / HTTP/1.1\r\n")
                == true)
    }

    @Test func originFormIsForOwnListeners() throws {
        let head = try #require(request("GET /proxy.pac?x HTTP/1.1\r\nHost: 192.0.2.1:8081\r\n\r\n", rule: .origin))
        guard case .origin(let path) = head.target else {
            Issue.record("not origin-form")
            return
        }
        #expect(head.bytes[path] == latin("/proxy.pac?x")[...])
        #expect(readRequest("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n", rule: .origin).status == 400)
    }

    @Test(arguments: [
        "example.test", "example.test:", "example.test:0", "example.test:65536", "example.test:+443", "example.test:443/", "/",
        "https://example.test:443",
        "::1:443", "[::1]", "example.test:443?x", "user@example.test:443", "a.test,b.test:443", "a.test%2Cb.test:443", ":443",
        "example.test:4 43",
        "example.test:99999999999999999999",
        "*",
        "exa\\mple.test:443", "[::1%25eth0]:443",
    ])
    func refusesOtherConnects(target: String) {
        #expect(readRequest("CONNECT \(target) HTTP/1.1\r\n" + hostLine + "\r\n").status == 400)
    }

    @Test(arguments: [
        ("example.test:443", "https://example.test/"), ("EXAMPLE.test.:443", "https://example.test/"),
        ("[::1]:8443", "https://[::1]:8443/"),
        ("192.0.2.1:443", "https://192.0.2.1/"), ("example.test:80", "https://example.test:80/"),
    ])
    func takesConnects(target: String, url: String) throws {
        let gist = try #require(readRequest("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\r\n").gist)
        #expect(gist.url == url)
        #expect(!gist.hostMismatch)
        #expect(gist.framing == .none)
    }

    @Test(arguments: ["Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n"])
    func refusesConnectsWithABody(fields: String) {
        #expect(readRequest("CONNECT example.test:443 HTTP/1.1\r\n" + hostLine + fields + "\r\n").status == 400)
    }

    @Test func dropsALengthOfZero() {
        #expect(
            readRequest("CONNECT example.test:443 HTTP/1.1\r\n" + hostLine + "Content-Length: 0\r\n\r\n").gist?.framing == BodyFraming.none)
    }

    @Test(arguments: [
        "", "Host: a.test\r\nHost: a.test\r\n", "Host: a.test, b.test\r\n", "Host: a.test,b.test\r\n", "Host: a.test%2cb.test\r\n",
        "Host: user@a.test\r\n",
        "Host: a.test/x\r\n",
        "Host: a .test\r\n", "Host: a.test:x\r\n", "Host: a.test:65536\r\n", "Host: a.test:-1\r\n", "Host: http://a.test\r\n",
        "Host: a.test?x\r\n",
        "Host: [::1\r\n", "Host: a\\b\r\n", "Host: 1.2.3.400\r\n",
    ])
    func refusesBadHosts(fields: String) {
        #expect(readRequest("GET http://a.test/ HTTP/1.1\r\n\(fields)\r\n") == .refused(400, "bad-host"))
    }

    @Test(arguments: [
        ("a.test", "http://a.test/", false), ("A.TEST", "http://a.test/", false), ("a.test:80", "http://a.test/", false),
        ("a.test.", "http://a.test/", false), ("a.test:81", "http://a.test/", true), ("b.test", "http://a.test/", true),
        ("b.test", "http://a.test:80/", true), ("", "http://a.test/", true), ("0x7f.1", "http://127.0.0.1/", false),
    ])
    func theTargetWins(host: String, target: String, differs: Bool) throws {
        let gist = try #require(readRequest("GET \(target) HTTP/1.1\r\nX-A: b\r\nhOST: \(host)\r\nX-C: d\r\n\r\n").gist)
        #expect(gist.hostMismatch == differs)
        let authority = target.contains("127") ? "127.0.0.1" : "a.test"
        let written = host == "A.TEST" || host == authority ? "hOST: \(authority)" : "hOST: \(authority)"
        #expect(gist.forwarded == "GET / HTTP/1.1\r\nX-A: b\r\n\(written)\r\nX-C: d\r\n\r\n")
    }

    @Test func hostIsAddedForHTTP10() {
        #expect(
            readRequest("GET http://a.test:8080/x HTTP/1.0\r\nX-A: b\r\n\r\n").gist?.forwarded
                == "GET /x HTTP/1.1\r\nHost: a.test:8080\r\nX-A: b\r\n\r\n")
    }
}
