import Testing

@testable import ProxyProtocols

/// SECURITY.md F1 to F5.
@Suite struct RequestFramingTests {
    @Test(arguments: [
        // F1
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        // F2
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
        "Content-Length: 5\r\ncontent-length: 5\r\n", "Content-Length: 0\r\nContent-Length: 0\r\n",
        // F3
        "Content-Length:\r\n", "Content-Length: \r\n", "Content-Length: +5\r\n", "Content-Length: -1\r\n", "Content-Length: 0x5\r\n",
        "Content-Length: 5_0\r\n", "Content-Length: 1e1\r\n", "Content-Length: 5 5\r\n", "Content-Length: 9223372036854775808\r\n",
        "Content-Length: 18446744073709551621\r\n", "Content-Length: 99999999999999999999999999999999\r\n", "Content-Length: 5,\r\n",
        "Content-Length: \u{b2}\r\n", "Content-Length: \"5\"\r\n", "Content-Length: 5;a\r\n",
        // F4
        "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: identity\r\n", "Transfer-Encoding:\r\n",
        "Transfer-Encoding: ,chunked\r\n",
        "Transfer-Encoding: chunked,\r\n", "Transfer-Encoding: chunked;p\r\n", "Transfer-Encoding: chunked;p=1\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: \u{b}chunked\r\n", "Transfer-Encoding: chunked\u{c}\r\n", "Transfer-Encoding: \u{85}chunked\r\n",
        "Transfer-Encoding: chunked\u{a0}\r\n", "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding:\r\n chunked\r\n", "Transfer-Encoding: chunked\r\n\t\r\n", "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    ])
    func refusesAmbiguousBodies(fields: String) {
        #expect(readRequest(post(fields)).status == 400)
    }

    @Test(arguments: ["gzip, chunked", "gzip , CHUNKED", "deflate,compress,chunked"])
    func doesNotImplementOtherCodings(value: String) {
        #expect(readRequest(post("Transfer-Encoding: \(value)\r\n")) == .refused(501, "bad-framing"))
    }

    @Test(arguments: ["Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"])
    func refusesTransferEncodingInHTTP10(fields: String) {
        #expect(readRequest(post(fields, version: "1.0")) == .refused(400, "bad-framing"))
    }

    @Test(arguments: [
        ("", BodyFraming.none), ("Content-Length: 0\r\n", .none), ("Content-Length: 5\r\n", .length(5)),
        ("Content-Length:5\r\n", .length(5)),
        ("Content-Length: \t 5 \t\r\n", .length(5)), ("content-LENGTH: 005\r\n", .length(5)),
        ("Content-Length: 9223372036854775807\r\n", .length(9_223_372_036_854_775_807)), ("Transfer-Encoding: chunked\r\n", .chunked),
        ("transfer-encoding: ChunKed\r\n", .chunked),
    ])
    func takesPlainBodies(fields: String, framing: BodyFraming) {
        #expect(readRequest(post(fields)).gist?.framing == framing)
    }

    @Test func forwardsFramingInOneSpelling() {
        #expect(readRequest(post("content-length: 005\r\n")).gist?.forwarded.contains("content-length: 5\r\n") == true)
        #expect(readRequest(post("Content-Length: 000\r\n")).gist?.forwarded.contains("Content-Length: 0\r\n") == true)
        #expect(readRequest(post("Transfer-Encoding:  CHUNKED\r\n")).gist?.forwarded.contains("Transfer-Encoding: chunked\r\n") == true)
    }
}
