import PatternMatching
import Testing

@testable import ProxyProtocols

/// Damaged input: nothing traps, every way of cutting it gives the same, and what is taken is sound.
@Suite struct FuzzTests {
    static let requests = [
        get("Connection: keep-alive, X-A\r\nX-A: b\r\nVia: 1.1 a\r\nX-Forwarded-For: 1.2.3.4\r\n"),
        post("Content-Length: 5\r\nExpect: 100-continue\r\n") + "hello",
        post("Transfer-Encoding: chunked\r\nTE: trailers\r\n") + "5\r\nhello\r\n0\r\n\r\n",
        "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\nProxy-Authorization: Basic YTpi\r\n\r\n",
        "\r\nOPTIONS http://User.test:8080?a=%zz HTTP/1.0\r\nMax-Forwards: 3\r\n\r\n",
    ]

    @Test(arguments: 0..<requests.count)
    func requestHeads(seed: Int) {
        var random = Seeded(UInt64(seed))
        for _ in 0..<400 {
            let input = latinText(Mutation.mutate(latin(Self.requests[seed]), &random))
            let result = readRequest(input)
            #expect(result.status != 0 || result.gist != nil || result == .more, "\(input.debugDescription): \(result)")
            guard let gist = result.gist else { continue }
            check(gist, input)
        }
    }

    /// What Weir sends on, Weir itself takes, with the same framing, and nothing hop-by-hop is left in it.
    private func check(_ gist: RequestGist, _ input: String) {
        guard !gist.forwarded.isEmpty else { return }
        var reader = RequestHeadReader(rule: .origin)
        let bytes = latin(gist.forwarded)
        guard case .head(let head, let length) = bytes.withUnsafeBytes({ reader.read($0) }) else {
            // Origin-form `*` needs OPTIONS, and a path that needs the proxy's own target is none: everything else must read back.
            Issue.record("\(input.debugDescription) forwarded as \(gist.forwarded.debugDescription)")
            return
        }
        #expect(length == bytes.count)
        #expect(head.framing == gist.framing, "\(input.debugDescription)")
        for field in [KnownField.proxyAuthorization, .keepAlive, .proxyConnection, .te, .http2Settings] {
            #expect(head.fields.count(of: field) == 0, "\(input.debugDescription)")
        }
    }

    static let responses = [
        ok("Content-Length: 5\r\nSet-Cookie: a=b\r\nX-A: b\r\n c\r\n") + "hello",
        ok("Transfer-Encoding: chunked\r\nConnection: x-b\r\nX-B: c\r\n"),
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: y\r\n\r\n" + ok("Content-Length: 5, 5\r\nServer : z\r\n"),
        "HTTP/1.0 304\r\nConnection: keep-alive\r\nVia: 1.1 a\r\n\r\n",
    ]

    @Test(arguments: 0..<responses.count)
    func responseHeads(seed: Int) {
        var random = Seeded(UInt64(seed) + 100)
        for _ in 0..<400 {
            let input = latinText(Mutation.mutate(latin(Self.responses[seed]), &random))
            let gist = readResponse(input)
            #expect(gist.refusal?.hasPrefix("cut") != true, "\(input.debugDescription): \(gist)")
            guard gist.refusal == nil, !gist.isMore else { continue }
            let again = readResponse(gist.forwarded)
            #expect(again.refusal == nil && !again.isMore, "\(input.debugDescription) forwarded as \(gist.forwarded.debugDescription)")
            #expect(again.framing == gist.framing, "\(input.debugDescription)")
        }
    }

    static let bodies = [
        "5\r\nhello\r\n0\r\n\r\n", "5;a=b;c=\"d\\\"e\"\r\nhello\r\n00a\r\n0123456789\r\n0\r\nX-A: b\r\nX-C: d\r\n\r\n",
        "1\r\nx\r\n1\r\ny\r\n0;z\r\n\r\nGET",
    ]

    @Test(arguments: 0..<bodies.count, [BodyOutput.chunked, .payload])
    func chunkedBodies(seed: Int, output: BodyOutput) {
        var random = Seeded(UInt64(seed) + 200)
        for _ in 0..<600 {
            let input = latinText(Mutation.mutate(latin(Self.bodies[seed]), &random))
            let gist = readBody(input, side: .response, output: output, keepsTrailers: true)
            #expect(gist.refusal?.hasPrefix("cut") != true, "\(input.debugDescription): \(gist)")
            guard output == .chunked, gist.end != nil else { continue }
            let again = readBody(gist.sent, side: .response, output: .payload)
            #expect(again.end == gist.sent.unicodeScalars.count && again.payload == gist.payload, "\(input.debugDescription): \(gist)")
        }
    }

    /// Every entry point over every kind of seed, its own or not.
    @Test(arguments: FuzzTarget.allCases)
    func entryPoints(target: FuzzTarget) {
        var random = Seeded(600)
        let hello = ClientHelloPeekTests.records(ClientHelloPeekTests.hello(ClientHelloPeekTests.other), size: 30)
        let seeds = (Self.requests + Self.responses + Self.bodies).map(latin) + [hello, latin("Basic YTpi"), []]
        for i in 0..<1_500 {
            let input = Mutation.mutate(seeds[i % seeds.count], &random)
            let fault = input.withUnsafeBytes { target.run($0) }
            #expect(fault == nil, "\(input)")
        }
    }

    @Test func clientHellos() {
        var random = Seeded(300)
        let hello = ClientHelloPeekTests.hello(
            ClientHelloPeekTests.other + ClientHelloPeekTests.serverName([(0, latin("www.example.test"))]))
        for i in 0..<1_000 {
            let input = Mutation.mutate(ClientHelloPeekTests.records(hello, size: i % 2 == 0 ? 16_384 : 20), &random)
            #expect(ClientHelloPeekTests().peek(input) != nil, "\(input)")
        }
    }

    @Test func proxyHeaders() {
        var random = Seeded(400)
        let binary = ProxyProtocolHeaderTests.signature + [0x21, 0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 2, 4, 210, 12, 56]
        for i in 0..<1_000 {
            let input = Mutation.mutate(i % 2 == 0 ? binary : latin("PROXY TCP4 192.0.2.1 192.0.2.2 1234 3128\r\n"), &random)
            #expect(ProxyProtocolHeaderTests().read(input) != nil, "\(input)")
        }
    }

    @Test func credentials() {
        var random = Seeded(500)
        for _ in 0..<1_000 {
            let input = Mutation.mutate(latin("Basic dXNlcjpwYXNzd29yZA=="), &random)
            if let credentials = ProxyAuthorization.basic(input) { #expect(!credentials.user.isEmpty, "\(input)") }
        }
    }
}
