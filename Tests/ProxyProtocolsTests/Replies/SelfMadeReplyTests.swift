import Testing

@testable import ProxyProtocols

@Suite struct SelfMadeReplyTests {
    func render(_ reply: SelfMadeReply, isHead: Bool = false) -> String {
        var output: [UInt8] = []
        reply.render(isHead: isHead, into: &output)
        return latinText(output)
    }

    @Test func refusalsSayWhyAndClose() {
        #expect(
            render(SelfMadeReply(.badFraming("x"), contentType: "text/plain", body: latin("no")))
                == "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nCache-Control: no-store\r\n"
                + "Proxy-Status: weir; error=http_request_error; details=\"bad-framing\"\r\nConnection: close\r\n\r\nno")
    }

    @Test(arguments: [
        (Refusal.loop, "proxy_loop_detected"), (.timeout, "http_request_error"), (.targetTooLong, "http_request_error"),
        (.badMethod(""), "http_request_error"), (.badResponse(""), "http_protocol_error"),
        (.responseHeadTooLarge, "http_response_header_section_size"),
        (Refusal(status: 403, code: "egress-denied"), "destination_ip_prohibited"),
        (Refusal(status: 403, code: "port-not-allowed"), "http_request_denied"), (Refusal(status: 503, code: "x"), "proxy_internal_error"),
    ])
    func namesTheError(refusal: Refusal, error: String) {
        let text = render(SelfMadeReply(refusal))
        #expect(text.contains("Proxy-Status: weir; error=\(error); details=\"\(refusal.code)\"\r\n"))
        #expect(text.hasSuffix("Connection: close\r\n\r\n"))
    }

    @Test func pagesKeepTheConnection() {
        let reply = SelfMadeReply(
            status: 403, code: "rules[0]", error: .requestDenied, contentType: "text/html; charset=utf-8", body: latin("page"),
            fields: [("X-A", "b")], date: 784_111_777)
        let head =
            "HTTP/1.1 403 Forbidden\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 4\r\n"
            + "Cache-Control: no-store\r\nProxy-Status: weir; error=http_request_denied; details=\"rules[0]\"\r\nX-A: b\r\n\r\n"
        #expect(render(reply) == head + "page")
        #expect(render(reply, isHead: true) == head)
    }

    @Test func nothingBreaksOutOfAField() {
        let text = render(
            SelfMadeReply(
                status: 403, code: "a\"\r\nb\\\u{e9}", fields: [("X-A", "b\r\nSet-Cookie: c"), ("X B", "c"), ("", "d"), ("X-C", "\u{0}")]))
        #expect(text.contains("details=\"a\\\"b\\\\\"\r\n"))
        #expect(!text.contains("X-") && !text.contains("Set-Cookie") && !text.contains("X B"))
    }

    @Test func successHasNoProxyStatus() {
        #expect(render(SelfMadeReply(status: 200)) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n")
        #expect(
            render(SelfMadeReply(status: 204, fields: [("Cache-Control", "public")]))
                == "HTTP/1.1 204 No Content\r\nCache-Control: public\r\n\r\n")
        #expect(render(SelfMadeReply(status: 204, body: latin("x"))) == "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\n\r\n")
        #expect(render(SelfMadeReply(.methodNotAllowed)).contains("Allow: GET"))
    }

    @Test(arguments: [
        (Int64(0), "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"), (-5, "Thu, 01 Jan 1970 00:00:00 GMT"), (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func writesDates(seconds: Int64, text: String) {
        #expect(HTTPDate.text(seconds) == text)
    }

    @Test func traceEchoHidesSecrets() throws {
        let head = try #require(
            request(
                "TRACE http://a.test/ HTTP/1.1\r\nHost: a.test\r\nCookie: b\r\nAuthorization: c\r\nProxy-Authorization: d\r\nX-A: e\r\n\r\n"
            ))
        #expect(latinText(TraceEcho.body(head)) == "TRACE http://a.test/ HTTP/1.1\r\nHost: a.test\r\nX-A: e\r\n\r\n")
    }
}
