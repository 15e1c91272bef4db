import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Refusals: answered, closed, recorded once, nothing sent upstream")
struct RefusalTests {
    /// Bad requests by SECURITY.md row, what they are answered and how they are recorded. ORIGIN stands for host and port.
    static let bad: [(row: String, bytes: String, status: Int)] = [
        ("F1", "POST http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("F2", "POST http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        ("F4", "POST http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("F6", "GET http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\nX: a\r\n b\r\n\r\n", 400),
        ("F7", "GET http://ORIGIN/ HTTP/1.1\r\nHost : ORIGIN\r\n\r\n", 400),
        ("F9", "GET http://ORIGIN/ HTTP/1.1\nHost: ORIGIN\n\n", 400),
        ("F17", "GET http://ORIGIN/ HTTP/2.0\r\nHost: ORIGIN\r\n\r\n", 505),
        ("F17", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("F21", "GET http://ORIGIN/ HTTP/1.1\r\n\r\n", 400),
        ("F23", "GET / HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
        ("F23", "GET https://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
        ("F23", "GET http://user:secret@ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 400),
        ("X11", "GET http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\nConnection: Host\r\n\r\n", 400),
        ("X13", "TRACE http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\n\r\n", 405),
        ("X8", "POST http://ORIGIN/ HTTP/1.1\r\nHost: ORIGIN\r\nExpect: x\r\nContent-Length: 3\r\n\r\n", 417),
        ("B1", "GET http://1.2.3.4.5/ HTTP/1.1\r\nHost: 1.2.3.4.5\r\n\r\n", 400),
        ("D6", "\u{16}\u{3}\u{1}\u{0}\u{5}hello there this is no HTTP\r\n\r\n", 400),
    ]

    @Test("400C", arguments: bad, ["whole", "bytes"])
    func refused(test: (row: String, bytes: String, status: Int), cut: String) async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            let bytes = Array(test.bytes.replacingOccurrences(of: "ORIGIN", with: "a.test:\(origin.port)").utf8)
            if cut == "whole" {
                client.send(bytes + Array("GET http://a.test:\(origin.port)/smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n".utf8))
            } else {
                for byte in bytes { client.send([byte]) }
            }
            let reply = client.reply()
            #expect(reply?.status == test.status, "\(test.row)")
            #expect(reply?.field("Connection") == "close")
            #expect(reply?.field("Proxy-Status")?.contains("error=") == true)
            #expect(client.receive() == nil)
            #expect(origin.connections == 0)
            _ = await proxy.lastEnd()
            #expect(proxy.records.all.count == 1)
            let record = try #require(proxy.records.last)
            #expect(record.beginning.verdict == .reject)
            #expect(record.beginning.reason != nil)
            #expect(record.end?.outcome == .rejected)
            #expect(record.end?.status == UInt16(test.status))
            #expect(record.isFlushed)
            #expect(record.beginning.path?.contains("secret") != true)
            #expect(!record.beginning.host.contains("secret"))
        }
    }

    @Test("A chunked body that breaks its framing: no end goes upstream, 400C, one visit")
    func badChunk() async throws {
        let origin = try RawOrigin { connection in while connection.receive() != nil {} }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("POST http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            #expect(await proxy.eventually { origin.text.contains("abc") })
            client.send("zz\r\nGET http://a.test/ HTTP/1.1\r\n\r\n")
            #expect(client.reply()?.status == 400)
            #expect(client.receive() == nil)
            // With the line before it: the pseudonym in Via may end in a 0.
            #expect(!origin.text.contains("\r\n0\r\n\r\n"))
            #expect(!origin.text.contains("zz\r\n"))
            let end = await proxy.lastEnd()
            #expect(end?.verdict == .reject)
            #expect(end?.outcome == .rejected)
            #expect(end?.up == 3)
            #expect(await proxy.eventually { origin.endedConnections == 1 })
        }
    }

    @Test("The limits of a head, each with its counter")
    func limits() async throws {
        try await TestProxy.start {
            $0.limits.headBytes = 4_096
            $0.limits.fieldBytes = 1_024
            $0.limits.headFields = 20
            $0.limits.targetBytes = 512
        }.run { proxy in
            let long = String(repeating: "x", count: 2_000)
            let many = (0..<30).map { "X-\($0): y\r\n" }.joined()
            let big = (0..<10).map { "X-\($0): \(String(repeating: "y", count: 900))\r\n" }.joined()
            for (path, fields, status) in [("/\(long)", "", 414), ("/", "X: \(long)\r\n", 431), ("/", many, 431), ("/", big, 431)] {
                #expect(proxy.get("http://a.test\(path)", fields: fields)?.status == status)
            }
            let counters = await proxy.server.counters()
            #expect(counters.overTargetBytes == 1)
            #expect(counters.overFieldBytes == 1)
            #expect(counters.overHeadFields == 1)
            #expect(counters.overHeadBytes == 1)
            #expect(counters.rejected == 4)
        }
    }

    @Test("Strangers, loops and forbidden ports")
    func configuration() async throws {
        let origin = try RawOrigin.answering { $0.contains("/loop") ? "" : RawOrigin.ok($0) }
        try await TestProxy.start { $0.httpPorts = [80...80, 1024...65_535] }.run { proxy in
            #expect(proxy.get("http://a.test:25/")?.status == 403)
            #expect(proxy.records.last?.beginning.reason == "port-not-allowed")
            // What the origin saw in Via comes back.
            let via = proxy.get("http://a.test:\(origin.port)/")?.text.split(separator: "\r\n").first { $0.hasPrefix("Via: ") }
            let again = proxy.get("http://a.test:\(origin.port)/loop", fields: "\(via ?? "none")\r\n")
            #expect(again?.status == 502)
            #expect(again?.field("Proxy-Status")?.contains("proxy_loop_detected") == true)
            #expect(!origin.text.contains("/loop"))
        }
        try await TestProxy.start { $0.allowClients = ["10.0.0.0/8"] }.run { proxy in
            #expect(proxy.get("http://a.test:\(origin.port)/")?.status == 403)
            #expect(proxy.records.last?.beginning.reason == "not-a-client")
            #expect(await proxy.server.counters().rejections["not-a-client"] == 1)
        }
    }

    @Test("Our own listeners stay unreachable whatever is allowed")
    func ownListeners() async throws {
        try await TestProxy.start().run { proxy in
            for host in ["127.0.0.1", "a.test", "[::ffff:127.0.0.1]", "localhost", "0x7f.1"] {
                let reply = proxy.get("http://\(host):\(proxy.port)/")
                #expect(reply?.status == 403, "\(host)")
                _ = await proxy.lastEnd()
                #expect(proxy.records.last?.end?.reason == "egress-denied")
            }
        }
    }

    @Test("A client that leaves within a head is counted, not recorded")
    func unread() async throws {
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test/ HT")
            try await Task.sleep(for: .milliseconds(50))
            client.close()
            #expect(await proxy.eventually { proxy.records.unread == 1 })
            #expect(proxy.records.all.isEmpty)
        }
    }

    @Test("OPTIONS * and Max-Forwards 0 are answered here")
    func answeredHere() async throws {
        let origin = try RawOrigin.answering { RawOrigin.ok($0) }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            client.send("OPTIONS http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\nMax-Forwards: 0\r\n\r\n")
            #expect(client.reply()?.status == 200)
            #expect(origin.connections == 0)
            client.send("OPTIONS http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\nMax-Forwards: 3\r\n\r\n")
            #expect(client.reply()?.text.contains("Max-Forwards: 2") == true)
        }
    }
}
