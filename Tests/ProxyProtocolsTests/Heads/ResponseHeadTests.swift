import Testing

@testable import ProxyProtocols

/// The response side of SECURITY.md's F rows.
@Suite struct ResponseHeadTests {
    @Test(arguments: [
        // F1 to F5
        ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), ok("Content-Length: 5\r\nContent-Length: 6\r\n"),
        ok("Content-Length: 5, 6\r\n"),
        ok("Content-Length: \r\n"), ok("Content-Length: +5\r\n"), ok("Content-Length: 9223372036854775808\r\n"),
        ok("Content-Length: 5,\r\n"),
        ok("Transfer-Encoding: gzip\r\n"), ok("Transfer-Encoding: gzip, chunked\r\n"), ok("Transfer-Encoding: identity\r\n"),
        ok("Transfer-Encoding: chunked, chunked\r\n"), ok("Transfer-Encoding: chunked;p\r\n"), ok("Transfer-Encoding: \u{a0}chunked\r\n"),
        ok("Transfer-Encoding: chunked\r\n", version: "1.0"),
        // F6
        ok("Content-Length: 5\r\n \r\n"), ok("Transfer-Encoding:\r\n chunked\r\n"), ok("Connection: a\r\n b\r\n"),
        ok("Set-Cookie: a=b;\r\n c\r\n"),
        ok("Host: a\r\n b\r\n"), ok(" X-A: b\r\n"), ok("  \r\n"),
        // F9, F10, F11
        "HTTP/1.1 200 OK\nX-A: b\r\n\r\n", ok("X-A: b\nX-B: c\r\n"), "HTTP/1.1 200 OK\r\nX-A: b\r\n\n", ok("X-A: b\rc\r\n"),
        ok("X-A: \u{0}\r\n"),
        ok("X\u{e9}: b\r\n"), ok(": b\r\n"), ok("X-A\r\n"), ok("X A: b\r\n"), "HTTP/1.1 200 O\u{1}K\r\n\r\n",
        // Status lines
        "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.2 200 OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.1\t200 OK\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n", "<html>\r\n\r\n", "HTTP/1.1 200OK\r\n\r\n",
        // X11
        ok("Connection: Content-Length\r\nContent-Length: 5\r\n"), ok("Connection: transfer-encoding\r\n"),
    ])
    func refusesBrokenHeads(input: String) {
        #expect(readResponse(input).refusal == "502 bad-response")
    }

    @Test(arguments: [
        (ok("Content-Length: 5\r\n"), BodyFraming.length(5), true), (ok("Content-Length: 5\r\nContent-Length: 5\r\n"), .length(5), true),
        (ok("Content-Length: 5, 5\r\n"), .length(5), true), (ok("Content-Length: 005\r\n"), .length(5), true),
        (ok("Transfer-Encoding: chunked\r\n"), .chunked, true), (ok(""), .untilClose, false), (ok("", version: "1.0"), .untilClose, false),
        (ok("Content-Length: 5\r\nConnection: close\r\n"), .length(5), false),
        (ok("Content-Length: 5\r\n", version: "1.0"), .length(5), false),
        (ok("Content-Length: 5\r\nConnection: Keep-Alive\r\n", version: "1.0"), .length(5), true),
        ("HTTP/1.1 204 No Content\r\n\r\n", .none, true), ("HTTP/1.1 304 Not Modified\r\n\r\n", .none, true),
        // X9
        ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", .none, false),
        ("HTTP/1.1 304 \r\nTransfer-Encoding: chunked\r\n\r\n", .none, false),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", .none, true),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", .none, false),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", .length(0), true),
        ("HTTP/1.1 999 Request denied\r\nContent-Length: 0\r\n\r\n", .length(0), true),
    ])
    func findsTheBody(input: String, framing: BodyFraming, isReusable: Bool) {
        let gist = readResponse(input)
        #expect(gist.refusal == nil)
        #expect(gist.framing == framing)
        #expect(gist.isReusable == isReusable)
        #expect(gist.length == input.utf8.count)
    }

    @Test func headHasNoBody() {
        let context = ResponseContext(method: .head)
        let gist = readResponse(ok("Content-Length: 5\r\n"), context: context)
        #expect(gist.framing == .none)
        #expect(gist.isReusable)
        #expect(gist.forwarded == ok("Content-Length: 5\r\n"))
        #expect(readResponse(ok(""), context: context).framing == .none)
    }

    @Test func unfoldsOtherFields() {
        let gist = readResponse(ok("X-A: a \r\n \t b\r\n\tc\r\nConnection: x-b, close\r\nX-B: c\r\n d\r\nX-C:\r\n e\r\nX-D: f\r\n \r\n"))
        #expect(gist.forwarded == ok("X-A: a b c\r\nX-C: e\r\nX-D: f\r\nConnection: close\r\n"))
    }

    @Test func stripsBlanksBeforeTheColon() {
        #expect(readResponse(ok("X-A \t : b\r\nContent-Length : 5\r\n")).forwarded == ok("X-A: b\r\nContent-Length: 5\r\n"))
        #expect(readResponse(ok("Content-Length : 5\r\n")).framing == .length(5))
    }

    @Test func keepsItsLimits() {
        #expect(readResponse(ok(String(repeating: "X: y\r\n", count: 200)) + "").refusal == nil)
        #expect(readResponse(ok(String(repeating: "X: y\r\n", count: 201))).refusal == "502 response-head-too-large")
        #expect(readResponse(ok("X: " + String(repeating: "y", count: 32_766) + "\r\n")).refusal == "502 response-head-too-large")
        #expect(readResponse("HTTP/1.1 200 " + String(repeating: "y", count: 100_000)).refusal == "502 response-head-too-large")
        let folds = ok("X: y\r\n" + String(repeating: " z\r\n", count: 20_000))
        #expect(readResponse(folds).refusal == "502 response-head-too-large")
    }
}
