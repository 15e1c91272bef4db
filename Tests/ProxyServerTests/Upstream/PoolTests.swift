import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Upstream connections")
struct PoolTests {
    @Test("A pooled connection that its origin had closed: a GET goes out once more, a POST never", arguments: ["GET", "POST"])
    func retry(method: String) async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.send(RawOrigin.ok("first"))
            // The second request on this connection is read, and then the connection is closed without a word.
            if connection.index == 0 { _ = connection.request() } else { _ = connection.receive() }
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            let url = "http://a.test:\(origin.port)/"
            client.send("GET \(url) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            let body = method == "POST" ? "Content-Length: 1\r\n\r\nx" : "\r\n"
            client.send("\(method) \(url) HTTP/1.1\r\nHost: a.test\r\n\(body)")
            #expect(client.reply()?.status == (method == "GET" ? 200 : 502))
            #expect(await proxy.server.counters().retried == (method == "GET" ? 1 : 0))
            #expect(origin.connections == (method == "GET" ? 2 : 1))
        }
    }

    @Test("A fresh connection that closes without a word is not tried again")
    func fresh() async throws {
        let origin = try RawOrigin { connection in _ = connection.request() }
        try await TestProxy.start().run { proxy in
            #expect(proxy.get("http://a.test:\(origin.port)/")?.status == 502)
            #expect(origin.connections == 1)
        }
    }

    @Test(
        "What comes behind a reply is never the next one's: the connection is not used again",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
            "HTTP/1.1 204 No Content\r\n\r\nextra",
        ])
    func extraBytes(reply: String) async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.send(reply)
            if connection.request() != nil { connection.send(RawOrigin.ok("reused")) }
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            for _ in 0..<2 {
                client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
                let got = client.reply()
                #expect(got?.text == "ok" || got?.status == 204)
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(client.leftover.isEmpty)
            #expect(origin.connections == 2)
        }
    }

    @Test("Bytes from an idle origin close its connection")
    func idleBytes() async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.send(RawOrigin.ok("x"))
            Thread.sleep(forTimeInterval: 0.1)
            connection.send(RawOrigin.ok("unasked"))
            while connection.receive() != nil {}
        }
        try await TestProxy.start().run { proxy in
            #expect(proxy.get("http://a.test:\(origin.port)/")?.text == "x")
            #expect(await proxy.eventually { await proxy.server.counters().idleUpstreamConnections == 0 })
            #expect(await proxy.eventually { origin.endedConnections == 1 })
            #expect(await proxy.server.counters().upstreamConnections == 0)
        }
    }

    @Test("A name's second address is tried where the first refuses")
    func secondAddress() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start {
            $0.names.hosts["two.test"] = [.init(v4: 0x7f00_0009), .init(v4: 0x7f00_0001)]
            $0.names.hosts["mixed.test"] = [.init(v4: 0x7f00_0001), .init(v4: 0x0a00_0001)]
        }.run { proxy in
            #expect(proxy.get("http://two.test:\(origin.port)/")?.status == 200)
            // One forbidden address among them forbids the name.
            #expect(proxy.get("http://mixed.test:\(origin.port)/")?.status == 403)
        }
    }

    @Test(
        "Interim replies are passed on, too many are refused",
        arguments: [(count: 1, status: 200), (count: 50, status: 502)])
    func interim(count: Int, status: Int) async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            for _ in 0..<count { connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") }
            connection.send(RawOrigin.ok("x"))
            _ = connection.receive()
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            var reply = client.reply()
            while reply?.status == 103 { reply = client.reply() }
            #expect(reply?.status == status)
        }
    }

    @Test(
        "An origin that breaks the rules gives 502 and nothing of its own",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nevil", "HTTP/1.1 200 OK\nContent-Length: 4\n\nevil",
            "evil\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nevil",
        ])
    func badReply(bytes: String) async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.send(bytes)
            while connection.receive() != nil {}
        }
        try await TestProxy.start().run { proxy in
            let reply = proxy.get("http://a.test:\(origin.port)/")
            #expect(reply?.status == 502)
            #expect(reply?.text.contains("evil") == false)
            #expect(await proxy.lastEnd()?.outcome == .upstreamError)
            #expect(await proxy.eventually { origin.endedConnections == 1 })
        }
    }

    @Test("Value bytes, order, case and odd paths reach the origin as sent")
    func fidelity() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            let cookie = "Cookie: \(String(repeating: "c", count: 8_192))\r\n"
            client.send(
                Array(
                    "GET http://a.test:\(origin.port)/a%2Fb/../%7e?a|b{c}^ HTTP/1.1\r\nHost: a.test:\(origin.port)\r\nX-B: 2\r\nx-a: ".utf8)
                    + [0x80, 0xff] + Array("\r\n\(cookie)Connection: X-Gone\r\nX-Gone: 1\r\n\r\n".utf8))
            #expect(client.reply()?.status == 200)
            let seen = try #require(origin.bytes.first)
            let line = Array("GET /a%2Fb/../%7e?a|b{c}^ HTTP/1.1\r\n".utf8)
            #expect(seen.starts(with: line))
            #expect(RawReply.find("X-B: 2\r\nx-a: ", in: seen, from: 0) != nil)
            #expect(seen.contains(0xff))
            #expect(RawReply.find(cookie, in: seen, from: 0) != nil)
            #expect(RawReply.find("X-Gone", in: seen, from: 0) == nil)
        }
    }
}
