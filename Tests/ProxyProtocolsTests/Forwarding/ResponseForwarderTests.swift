import Testing

@testable import ProxyProtocols

/// How responses go on: X11, X12, X16, F15.
@Suite struct ResponseForwarderTests {
    @Test func passesEverythingElseByteForByte() {
        let head =
            "HTTP/1.1 200 Sch\u{f6}n  so\r\nset-COOKIE: a\r\nX-B:2 \r\nSet-Cookie: b\r\nContent-Length: 5\r\nX-\u{7e}: \u{e9}\r\n\r\n"
        #expect(readResponse(head).forwarded == head)
        #expect(readResponse("HTTP/1.0 200\r\nContent-Length: 0\r\n\r\n").forwarded == "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n")
    }

    @Test(arguments: [
        ("Connection: X-A, Set-Cookie\r\nX-A: b\r\nSet-Cookie: c\r\n", ""),
        ("Keep-Alive: timeout=5\r\nProxy-Connection: x\r\nTE: y\r\nUpgrade: h2c\r\n", ""),
        ("Proxy-Authenticate: Basic\r\nProxy-Authentication-Info: x\r\nWWW-Authenticate: Basic\r\n", "WWW-Authenticate: Basic\r\n"),
        ("Trailer: X-A\r\n", ""),
    ])
    func takesHopByHopFieldsOut(fields: String, rest: String) {
        #expect(readResponse(ok(fields + "Content-Length: 0\r\n")).forwarded == ok(rest + "Content-Length: 0\r\n"))
    }

    @Test(arguments: [
        ("Content-Length: 5\r\ncontent-length: 5\r\n", "Content-Length: 5\r\n"), ("Content-Length: 5, 5\r\n", "Content-Length: 5\r\n"),
        ("Content-Length: 0005\r\n", "Content-Length: 5\r\n"), ("Transfer-Encoding: Chunked\r\n", "Transfer-Encoding: chunked\r\n"),
        ("", "Connection: close\r\n"),
    ])
    func writesFramingInOneSpelling(fields: String, written: String) {
        #expect(readResponse(ok(fields)).forwarded == ok(written))
    }

    @Test func unframesForHTTP10() throws {
        let context = ResponseContext(version: .v10)
        #expect(readResponse(ok("Transfer-Encoding: chunked\r\n"), context: context).forwarded == ok("Connection: close\r\n"))
        var reader = ResponseHeadReader(context: context)
        guard case .head(let head, _) = latin(ok("Transfer-Encoding: chunked\r\n")).withUnsafeBytes({ reader.read($0) }) else {
            Issue.record("not taken")
            return
        }
        #expect(
            ResponsePlan(head, context: context, keepAlive: true)
                == ResponsePlan(framing: .untilClose, output: .payload, keepsTrailers: false, keepAlive: false))
        #expect(ResponsePlan(head, context: ResponseContext(acceptsTrailers: true), keepAlive: true).keepsTrailers)
    }

    @Test func addsVia() {
        var reader = ResponseHeadReader(context: ResponseContext())
        guard
            case .head(let head, _) = latin(ok("Via: 1.1 b\r\nContent-Length: 0\r\n", version: "1.0")).withUnsafeBytes({ reader.read($0) })
        else {
            Issue.record("not taken")
            return
        }
        var output: [UInt8] = []
        let plan = ResponsePlan(head, context: ResponseContext(), keepAlive: true)
        ResponseForwarder.head(head, plan: plan, options: ForwardingOptions(via: "weir-1"), into: &output)
        #expect(latinText(output) == ok("Via: 1.1 b\r\nContent-Length: 0\r\nVia: 1.0 weir-1\r\n"))
    }

    @Test func a204HasNoLength() {
        #expect(readResponse("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").forwarded == "HTTP/1.1 204 No Content\r\n\r\n")
        #expect(
            readResponse("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n").forwarded
                == "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n")
    }
}
