import Testing

@testable import ProxyProtocols

/// SECURITY.md F12 to F15.
@Suite struct ChunkedBodyTests {
    @Test(arguments: [
        // F12
        "\r\nabc", "0x1\r\na\r\n0\r\n\r\n", "+1\r\na\r\n0\r\n\r\n", "-1\r\na\r\n", "1_0\r\n", " 1\r\na\r\n", "1 \r\na\r\n", "1\t\r\na\r\n",
        "00000000000000001\r\na\r\n", "8000000000000000\r\n", "ffffffffffffffff\r\n", "g\r\n", ";a\r\n", "\u{b9}\r\n",
        // F9
        "1\na\r\n0\r\n\r\n", "1\r\na\n0\r\n\r\n", "1;a\n", "0\n\n", "0\r\n\n", "0\rX\n\r\n", "0\r\r\n\r\n", "0\r\nX: y\n\r\n", "1\ra\r\n",
        "0\r\nX: y\r\n\rX",
        // F13
        "1;\r\na\r\n", "1;a=\r\na\r\n", "1;=b\r\na\r\n", "1;a=\"b\r\n\"\r\n", "1;a\u{0}b\r\n", "1;a=\"b\u{7f}\"\r\n", "1;a=\"b\"c\r\n",
        "1;a b\r\n",
        "1;a=\"\\\r\n", "1;;a\r\n", "1;a=(\r\n", "1;a=b;\r\n", "1;" + String(repeating: "a", count: 257) + "\r\na\r\n",
        String(repeating: "1;" + String(repeating: "a", count: 200) + "\r\na\r\n", count: 21),
        // F14
        "1\r\nab\r\n0\r\n\r\n", "3\r\nabcX\r\n", "1\r\na0\r\n\r\n", "0\r\nGET / HTTP/1.1\r\n\r\n", "0\r\nX\r\n\r\n", "0\r\n X: y\r\n\r\n",
        "0\r\nX : y\r\n\r\n", "0\r\nX: \u{0}\r\n\r\n",
    ])
    func refusesBrokenChunks(input: String) {
        #expect(readBody(input).refusal == "400 bad-framing")
        #expect(!("\r\n" + readBody(input).sent).contains("\r\n0\r\n"), "no last chunk for what was no end")
        #expect(readBody(input, output: .payload).refusal == "400 bad-framing")
        #expect(readBody(input, side: .response).refusal == "502 bad-response")
    }

    @Test(arguments: [
        ("0\r\n\r\n", "0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("005\r\nhello\r\n000\r\n\r\n", "005\r\nhello\r\n000\r\n\r\n", "hello"),
        ("A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n", "A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n", "01234567890123456789a"),
        ("5;a=b\r\nhello\r\n0;x\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("1;a ; b = \"c;\\\"\r;\" ;d\r\n".replacing("\r;", with: ";") + "x\r\n0\r\n\r\n", "1\r\nx\r\n0\r\n\r\n", "x"),
        ("1 ;a\r\nx\r\n0\r\n\r\n", "1\r\nx\r\n0\r\n\r\n", "x"), ("2\r\n\r\n\r\n0\r\n\r\n", "2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("0\r\nX-A: b\r\nContent-Length: 5\r\n\r\n", "0\r\n\r\n", ""), ("1\r\n\u{0}\r\n0\r\n\r\n", "1\r\n\u{0}\r\n0\r\n\r\n", "\u{0}"),
        ("0000000000000001\r\nx\r\n0\r\n\r\n", "0000000000000001\r\nx\r\n0\r\n\r\n", "x"),
    ])
    func passesChunks(input: String, chunked: String, payload: String) {
        let bytes = input.unicodeScalars.count
        #expect(readBody(input + "GET ") == BodyGist(sent: chunked, payload: UInt64(payload.unicodeScalars.count), end: bytes))
        #expect(
            readBody(input + "GET ", output: .payload) == BodyGist(sent: payload, payload: UInt64(payload.unicodeScalars.count), end: bytes)
        )
    }

    @Test(arguments: [
        "", "5", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "5\r\nhello\r\n0", "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0\r\nX: y\r\n",
    ])
    func aCutBodyHasNoEnd(input: String) {
        let gist = readBody(input, side: .response)
        #expect(gist.end == nil)
        #expect(gist.refusal == nil)
        #expect(!gist.sent.contains("\r\n0\r\n"))
        var reader = BodyReader(.chunked, side: .response)
        var position = 0
        let bytes = latin(input)
        while case .forward = bytes.withUnsafeBytes({ reader.read($0, from: &position) }) {}
        #expect(!reader.peerClosed())
    }

    @Test func passesTrailersThatMay() {
        let input =
            "1\r\na\r\n0\r\nX-A:  b \r\nContent-Length: 5\r\nSet-Cookie: c\r\nAuthorization: d\r\nHost: e\r\nTrailer: f\r\nx-g: h\r\n\r\n"
        #expect(readBody(input, side: .response, keepsTrailers: true).sent == "1\r\na\r\n0\r\nX-A:  b \r\nx-g: h\r\n\r\n")
        #expect(readBody(input, side: .response).sent == "1\r\na\r\n0\r\n\r\n")
        #expect(readBody(input, side: .request, keepsTrailers: true).sent == "1\r\na\r\n0\r\n\r\n")
        #expect(readBody(input, side: .response, output: .payload, keepsTrailers: true).sent == "a")
    }

    @Test func limitsTrailers() {
        #expect(readBody("0\r\n" + String(repeating: "X: y\r\n", count: 200) + "\r\n").end != nil)
        #expect(readBody("0\r\n" + String(repeating: "X: y\r\n", count: 10_000)).refusal == "431 head-too-large")
        #expect(readBody("0\r\nX: " + String(repeating: "y", count: 40_000)).refusal == "431 head-too-large")
        #expect(
            readBody("0\r\n" + String(repeating: "X: \(String(repeating: "y", count: 30_000))\r\n", count: 3)).refusal
                == "431 head-too-large")
        #expect(readBody("0\r\n" + String(repeating: "X: y\r\n", count: 10_000), side: .response).refusal == "502 response-head-too-large")
    }

    @Test func wholeBodyIsOneRange() {
        let input = latin("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET")
        var reader = BodyReader(.chunked, side: .response)
        var position = 0
        let first = input.withUnsafeBytes { reader.read($0, from: &position) }
        let second = input.withUnsafeBytes { reader.read($0, from: &position) }
        #expect(first == .forward(0..<(input.count - 3)))
        #expect(second == .end)
        #expect(position == input.count - 3)
        #expect(reader.payloadBytes == 11)
    }

    @Test func longestExtensionPasses() {
        #expect(readBody("1;" + String(repeating: "a", count: 255) + "\r\na\r\n0\r\n\r\n").sent == "1\r\na\r\n0\r\n\r\n")
    }

    /// D3: a chunk a byte costs the same for each byte.
    @Test func tinyChunksAreLinear() {
        let input = latin(String(repeating: "1\r\nx\r\n", count: 200_000) + "0\r\n\r\n")
        var reader = BodyReader(.chunked, side: .response, output: .payload)
        var position = 0
        var steps = 0
        while case .forward = input.withUnsafeBytes({ reader.read($0, from: &position) }) { steps += 1 }
        #expect(steps == 200_000)
        #expect(reader.isComplete)
    }
}
