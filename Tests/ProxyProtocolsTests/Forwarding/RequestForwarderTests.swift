import PatternMatching
import Testing

@testable import ProxyProtocols

/// SECURITY.md X6, X8, X11 to X14, X16.
@Suite struct RequestForwarderTests {
    func forward(_ fields: String, options: ForwardingOptions = ForwardingOptions(), line: String = "GET http://a.test/ HTTP/1.1") -> String
    {
        guard let head = request("\(line)\r\nHost: a.test\r\n\(fields)\r\n") else { return "refused" }
        var output: [UInt8] = []
        RequestForwarder.head(head, options: options, into: &output)
        return latinText(output)
    }

    @Test func passesEverythingElseByteForByte() {
        let fields =
            "user-AGENT:x\r\nX-B: 2\r\nx-a:  1 \t\r\nX-B: 1\r\nCookie: \(String(repeating: "c=d; ", count: 1_600))\r\nX-\u{21}: \u{e9}\u{ff}\r\nX:\r\n"
        #expect(forward(fields) == "GET / HTTP/1.1\r\nHost: a.test\r\n\(fields)\r\n")
    }

    @Test(arguments: [
        ("Connection: X-A, Cookie\r\nX-A: b\r\nx-a: c\r\nCookie: d\r\nX-C: e\r\n", "X-C: e\r\n"),
        ("X-A: b\r\nConnection: close, x-a\r\nConnection: X-D\r\nX-D: e\r\nX-DE: f\r\n", "X-DE: f\r\n"),
        ("Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n", ""),
        ("TE: trailers, gzip\r\nConnection: TE\r\nTrailer: X-A\r\n", ""),
        ("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n", ""),
        ("Upgrade: foo/1\r\nConnection: upgrade\r\n", ""), ("Upgrade: websocket\r\n", ""),
        ("Proxy-Authorization: Basic YTpi\r\nProxy-Authenticate: Basic\r\nAuthorization: Basic YTpi\r\n", "Authorization: Basic YTpi\r\n"),
        ("Connection: , ,\r\n", ""), ("Expect: 100-continue\r\n", ""),
        ("Forwarded: for=x\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\n", "X-Forwarded-Proto: http\r\n"),
        ("Max-Forwards: 3\r\n", "Max-Forwards: 3\r\n"), ("Connection: Authorization\r\nAuthorization: x\r\n", ""),
    ])
    func takesHopByHopFieldsOut(fields: String, rest: String) {
        #expect(forward(fields) == "GET / HTTP/1.1\r\nHost: a.test\r\n\(rest)\r\n")
    }

    @Test(arguments: ["Host", "content-length", "Transfer-Encoding", "close, HOST", "a b", "a;b", "\u{e9}"])
    func refusesToNominateFraming(option: String) {
        #expect(readRequest(get("Connection: \(option)\r\n")).status == 400)
    }

    @Test func refusesEndlessOptions() {
        #expect(readRequest(get("Connection: " + (0..<65).map { "x\($0)" }.joined(separator: ",") + "\r\n")).status == 400)
        #expect(readRequest(get("Connection: " + (0..<64).map { "x\($0)" }.joined(separator: ",") + "\r\n")).gist != nil)
    }

    @Test func passesWebSocketAlone() throws {
        let fields = "Connection: keep-alive, Upgrade\r\nUpgrade: h2c, WebSocket\r\nSec-WebSocket-Key: x\r\nHTTP2-Settings: y\r\n"
        #expect(
            forward(fields) == "GET / HTTP/1.1\r\nHost: a.test\r\nSec-WebSocket-Key: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )
        let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        #expect(readRequest(get(upgrade)).gist?.upgrade == .websocket)
        #expect(readRequest(post(upgrade)).gist?.upgrade == UpgradeRequest.none)
        #expect(readRequest(get(upgrade, version: "1.0")).gist?.upgrade == UpgradeRequest.none)
        #expect(readRequest(get(upgrade + "Content-Length: 5\r\n")).gist?.upgrade == UpgradeRequest.none)
        #expect(readRequest("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n" + upgrade + "\r\n").gist?.upgrade == UpgradeRequest.none)
    }

    @Test(arguments: [
        ("Expect: 100-continue\r\nContent-Length: 5\r\n", true), ("expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", true),
        ("Expect: 100-continue\r\n", false), ("Expect: 100-continue\r\nContent-Length: 0\r\n", false),
        ("Expect:\r\nContent-Length: 5\r\n", false),
        ("Expect: 100-continue\r\nConnection: expect\r\nContent-Length: 5\r\n", false),
    ])
    func knowsWhoWaits(fields: String, waits: Bool) {
        let gist = readRequest(post(fields)).gist
        #expect(gist?.expectContinue == waits)
        #expect(gist?.forwarded.lowercased().contains("expect:") == waits)
    }

    @Test(arguments: ["x", "y 100-continue", "100-continue, x", "100-continue; q=1"])
    func refusesOtherExpectations(value: String) {
        #expect(readRequest(post("Expect: \(value)\r\nContent-Length: 5\r\n")) == .refused(417, "bad-expectation"))
    }

    @Test func ignoresExpectationsOfHTTP10() {
        let gist = readRequest(post("Expect: x\r\nContent-Length: 5\r\n", version: "1.0")).gist
        #expect(gist?.expectContinue == false)
        #expect(gist?.forwarded.contains("Expect") == false)
    }

    @Test func addsVia() {
        let options = ForwardingOptions(via: "weir-1a2b")
        #expect(
            forward("Via: 1.0 b\r\nX-A: c\r\n", options: options)
                == "GET / HTTP/1.1\r\nHost: a.test\r\nVia: 1.0 b\r\nX-A: c\r\nVia: 1.1 weir-1a2b\r\n\r\n")
        #expect(forward("", options: options, line: "GET http://a.test/ HTTP/1.0").hasSuffix("Via: 1.0 weir-1a2b\r\n\r\n"))
    }

    @Test func addsTheClient() {
        let client = IPAddress(v4: 0xc000_0207)
        let fields = "X-Forwarded-For: 10.0.0.1\r\nX-A: b\r\nx-forwarded-for: 10.0.0.2\r\n"
        let options = ForwardingOptions(forwardedFor: .on, client: client)
        #expect(
            forward(fields, options: options)
                == "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\r\nX-Forwarded-For: 10.0.0.1, 10.0.0.2, 192.0.2.7\r\n\r\n")
        #expect(forward("", options: options) == "GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
        #expect(forward(fields, options: ForwardingOptions(forwardedFor: .off)) == "GET / HTTP/1.1\r\nHost: a.test\r\n\(fields)\r\n")
    }

    @Test(arguments: [("3", "2"), ("1", "0"), ("007", "6")])
    func countsForwardsDown(sent: String, forwarded: String) throws {
        #expect(
            forward("Max-Forwards: \(sent)\r\n", line: "OPTIONS http://a.test/ HTTP/1.1")
                == "OPTIONS / HTTP/1.1\r\nHost: a.test\r\nMax-Forwards: \(forwarded)\r\n\r\n")
    }

    @Test(arguments: ["-1", "1000000000000000000000000000000", "", "x", "1, 2", "+1"])
    func refusesOtherCounts(value: String) {
        #expect(readRequest("TRACE http://example.test/ HTTP/1.1\r\n" + hostLine + "Max-Forwards: \(value)\r\n\r\n").status == 400)
        #expect(readRequest(get("Max-Forwards: \(value)\r\n")).gist != nil)
    }

    @Test func answersAtZero() throws {
        let zero = try #require(request("TRACE http://example.test/ HTTP/1.1\r\n" + hostLine + "Max-Forwards: 0\r\n\r\n"))
        #expect(MaxForwards(zero) == .answerHere)
        let two = try #require(request("OPTIONS http://example.test/ HTTP/1.1\r\n" + hostLine + "Max-Forwards: 2\r\n\r\n"))
        #expect(MaxForwards(two) == .forward(1))
        #expect(MaxForwards(try #require(request(get("Max-Forwards: 0\r\n")))) == .absent)
    }

    @Test(arguments: [
        ("", "1.1", true), ("Connection: close\r\n", "1.1", false), ("Connection: CLOSE, x\r\n", "1.1", false),
        ("Proxy-Connection: close\r\n", "1.1", false),
        ("Connection: keep-alive\r\n", "1.1", true), ("", "1.0", false), ("Connection: keep-alive\r\n", "1.0", false),
        ("Proxy-Connection: Keep-Alive\r\n", "1.0", false), ("Connection: keep-alive, close\r\n", "1.1", false),
    ])
    func knowsWhoStays(fields: String, version: String, stays: Bool) {
        #expect(readRequest(get(fields, version: version)).gist?.keepAlive == stays)
    }

    @Test(arguments: [
        ("/search?q=x", "/search?q=x&safe=active"), ("/search", "/search?safe=active"), ("/search?", "/search?safe=active"),
        ("/s?safe=off", "/s?safe=active"), ("/s?q=x&safe=off&n=1", "/s?q=x&n=1&safe=active"), ("/s?SAFE=off&safe", "/s?safe=active"),
        ("/s?%73a%46e=off&q=%26safe=1", "/s?q=%26safe=1&safe=active"), ("/s?+safe+=off", "/s?safe=active"),
        ("/s?unsafe=off&safer=1&x=safe", "/s?unsafe=off&safer=1&x=safe&safe=active"), ("/s?&&q=x&", "/s?q=x&safe=active"),
        ("/s?%7=1&%=2&s%61=3", "/s?%7=1&%=2&s%61=3&safe=active"), ("?safe=off", "/?safe=active"),
    ])
    func putsAParameterInPlaceOfTheClients(target: String, sent: String) {
        var options = ForwardingOptions()
        options.parameter = ("safe", "active")
        #expect(
            forward("", options: options, line: "GET http://a.test\(target) HTTP/1.1") == "GET \(sent) HTTP/1.1\r\nHost: a.test\r\n\r\n")
    }

    @Test func putsAFieldInPlaceOfTheClients() {
        var options = ForwardingOptions()
        options.field = ("YouTube-Restrict", "Strict")
        let fields = "youtube-restrict: None\r\nX-A: b\r\nYOUTUBE-RESTRICT:\r\nYouTube-Restricted: c\r\n"
        let kept = forward(fields, options: options)
        #expect(kept == "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\r\nYouTube-Restricted: c\r\nYouTube-Restrict: Strict\r\n\r\n")
    }
}
