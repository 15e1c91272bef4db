import Testing

@testable import ProxyProtocols

/// SECURITY.md F6 to F11 and F17 to F20.
@Suite struct RequestSyntaxTests {
    @Test(arguments: [
        // F6, F7, F8
        get("X-A: b\r\n c\r\n"), get("X-A: b\r\n\tc\r\n"), get("X-A : b\r\n"), get("X-A\t: b\r\n"),
        "GET http://example.test/ HTTP/1.1\r\n Host: example.test\r\n\r\n",
        "GET http://example.test/ HTTP/1.1\r\n \r\nHost: example.test\r\n\r\n",
        get("   \r\n"), get("\t\r\n"),
        // F9
        "GET http://example.test/ HTTP/1.1\nHost: example.test\r\n\r\n", "GET http://example.test/ HTTP/1.1\r\nHost: example.test\n\r\n",
        "GET http://example.test/ HTTP/1.1\r\nHost: example.test\r\n\n", get("X-A: b\nX-B: c\r\n"),
        "\nGET http://example.test/ HTTP/1.1\r\n\r\n",
        "GET /x\nHost: example.test\r\n\r\n",
        // F10
        get("X-A: b\rc\r\n"), get("X-A: b\u{0}c\r\n"), get("X-A: b\u{1}c\r\n"), get("X-A: b\u{7f}c\r\n"), get("X-A: b\r\r\n"),
        "GET http://example.test/ HTTP/1.1\r\nHost: example.test\r\n\rX", get("X\u{e9}: b\r\n"), get("X-A\u{80}: b\r\n"),
        get("X-A: \u{1b}[1m\r\n"),
        // F11
        get(": b\r\n"), get("X-A\r\n"), get("X A: b\r\n"), get("X(A): b\r\n"), get("X@A: b\r\n"), get("\"X\": b\r\n"),
        // F17
        "GET  http://example.test/ HTTP/1.1\r\n\r\n", "GET http://example.test/  HTTP/1.1\r\n\r\n",
        "GET\thttp://example.test/ HTTP/1.1\r\n\r\n",
        "GET http://example.test/\tHTTP/1.1\r\n\r\n", "GET http://example.test/ HTTP/1.1 \r\n" + hostLine + "\r\n",
        " GET http://example.test/ HTTP/1.1\r\n" + hostLine + "\r\n", "GET http://example.test/ http/1.1\r\n" + hostLine + "\r\n",
        "GET http://example.test/ HTTP/1.2\r\n" + hostLine + "\r\n", "GET http://example.test/ HTTP/1.10\r\n" + hostLine + "\r\n",
        "GET http://example.test/ HTTP/1,1\r\n" + hostLine + "\r\n", "GET http://example.test/\r\n" + hostLine + "\r\n",
        "GET http://example.test/ RTSP/1.0\r\n" + hostLine + "\r\n", "GET http://example.test/\u{1} HTTP/1.1\r\n" + hostLine + "\r\n",
        "GET http://example.test/a\u{0}b HTTP/1.1\r\n" + hostLine + "\r\n", "GET\r\n\r\n", "GET \r\n\r\n", "GET HTTP/1.1\r\n\r\n",
        "GET http://example.test/a b HTTP/1.1\r\n" + hostLine + "\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}", "SSH-2.0-OpenSSH_9.2\r\n",
    ])
    func refusesMalformedHeads(input: String) {
        #expect(readRequest(input).status == 400)
    }

    @Test(arguments: [
        "GET http://example.test/ HTTP/2.0\r\n" + hostLine + "\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET http://example.test/ HTTP/3.1\r\n\r\n", "GET http://example.test/ HTTP/0.9\r\n\r\n",
    ])
    func refusesOtherVersions(input: String) {
        #expect(readRequest(input) == .refused(505, "bad-version"))
    }

    @Test(arguments: [0, 1, 4, 5])
    func ignoresFourEmptyLines(count: Int) {
        let result = readRequest(String(repeating: "\r\n", count: count) + get(""))
        #expect(count == 5 ? result == .refused(400, "bad-request") : result.gist?.length == get("").utf8.count + 2 * count)
    }

    @Test(arguments: ["FROB", "get", "Get", "M-SEARCH", "a!#$%&'*+-.^_`|~0", "PROPFIND"])
    func forwardsMethodsAsSent(method: String) throws {
        let gist = try #require(readRequest("\(method) http://example.test/ HTTP/1.1\r\n" + hostLine + "\r\n").gist)
        #expect(gist.method == method)
        #expect(gist.forwarded.hasPrefix("\(method) / HTTP/1.1\r\n"))
        #expect(request("\(method) http://example.test/ HTTP/1.1\r\n" + hostLine + "\r\n")?.method == .other)
    }

    @Test(arguments: ["G@T", "G(T", "GET/", "{}", "G\u{e9}T", String(repeating: "A", count: 33), String(repeating: "A", count: 40_000)])
    func doesNotImplementMethodsThatAreNoTokens(method: String) {
        #expect(readRequest("\(method) http://example.test/ HTTP/1.1\r\n" + hostLine + "\r\n") == .refused(501, "bad-method"))
    }

    @Test func passesEveryByteThatAValueMayHold() throws {
        let value = "a" + String(String.UnicodeScalarView((0x20...0xff).filter { $0 != 0x7f }.compactMap { Unicode.Scalar($0) })) + "\tz"
        let gist = try #require(readRequest(get("X-A:  \(value) \r\nX_A: c\r\n")).gist)
        #expect(gist.forwarded.contains("X-A:  \(value) \r\nX_A: c\r\n"))
    }

    @Test func underscoreIsNoHyphen() {
        #expect(readRequest(post("Content_Length: 7\r\nTransfer_Encoding: chunked\r\n")).gist?.framing == BodyFraming.none)
    }
}
