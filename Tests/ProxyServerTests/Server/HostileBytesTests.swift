import Foundation
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Any bytes on any side (SECURITY.md D6)")
struct HostileBytesTests {
    /// Pieces that mean something here and there, strung together at random.
    private static let pieces = [
        "GET ", "CONNECT ", "POST ", "http://a.test:PORT/", "a.test:PORT", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "Host: a.test\r\n", "\r\n",
        "\r\n\r\n",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n", "0\r\n\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        "Expect: 100-continue\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "\u{0}", "PROXY TCP4 ", "Proxy-Authorization: Basic !!\r\n", "é",
        "*",
        "http://weir.internal/ask", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 101 Switching Protocols\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
    ]

    private static func bytes(_ random: inout some RandomNumberGenerator, port: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...14, using: &random) {
            if Int.random(in: 0..<8, using: &random) == 0 {
                bytes += (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
            } else {
                bytes += Array(pieces.randomElement(using: &random)?.replacingOccurrences(of: "PORT", with: "\(port)").utf8 ?? "".utf8)
            }
        }
        return bytes
    }

    @Test("From clients and origins alike: the proxy lives on and every visit ends once", arguments: [1, 2, 3, 4])
    func anything(seed: UInt64) async throws {
        let origin = try RawOrigin { connection in
            var random = Seeded(state: seed &* 1_000 &+ UInt64(connection.index))
            connection.socket.setTimeout(seconds: 0.2)
            while connection.receive() != nil {
                if !connection.socket.send(Self.bytes(&random, port: 1)) { return }
                if Int.random(in: 0..<3, using: &random) == 0 { return }
            }
        }
        try await TestProxy.start {
            $0.trustedPeers = ["127.0.0.1"]
            $0.limits.headSeconds = 1
            $0.limits.responseSeconds = 1
        }.run { proxy in
            var random = Seeded(state: seed)
            for _ in 0..<150 {
                let client = try proxy.connect()
                client.setTimeout(seconds: 0.02)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    client.send(Self.bytes(&random, port: origin.port))
                    if Bool.random(using: &random) { _ = client.receive() }
                }
                if Bool.random(using: &random) { client.reset() }
            }
            #expect(await proxy.eventually { await proxy.server.counters().clientConnections == 0 })
            #expect(
                await proxy.eventually {
                    let counters = await proxy.server.counters()
                    return counters.openTunnels == 0 && counters.openSockets == counters.idleUpstreamConnections
                })
            #expect(proxy.records.all.allSatisfy { $0.ends == 1 })
            let good = try RawOrigin.answering { _ in RawOrigin.ok("alive") }
            #expect(proxy.get("http://a.test:\(good.port)/")?.text == "alive")
        }
    }
}

/// SplitMix64: the same every time.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
