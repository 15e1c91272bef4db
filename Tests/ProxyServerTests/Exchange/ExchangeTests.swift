import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Requests through the proxy")
struct ExchangeTests {
    @Test("A GET reaches the origin in origin-form and its reply comes back whole, with one visit")
    func get() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("hello") }
        try await TestProxy.start().run { proxy in
            let reply = proxy.get("http://site.test:\(origin.port)/a?b=c", fields: "X-A: 1\r\n")
            #expect(reply?.status == 200)
            #expect(reply?.text == "hello")
            #expect(origin.text.hasPrefix("GET /a?b=c HTTP/1.1\r\nHost: site.test:\(origin.port)\r\n"))
            #expect(origin.text.contains("\r\nX-A: 1\r\n"))
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .complete)
            #expect(end?.status == 200)
            #expect(end?.down == 5)
            #expect(end?.mediaType == "text/plain")
            let record = proxy.records.last
            #expect(record?.isFlushed == true)
            #expect(record?.beginning.host == "site.test")
            #expect(record?.beginning.path == "/a?b=c")
            #expect(record?.beginning.rule == "groups.default.default")
            #expect(record?.beginning.verdict == .allow)
        }
    }

    @Test("A connection carries many requests, and so does the one upstream")
    func keepAlive() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            for number in 0..<20 {
                client.send("GET http://a.test:\(origin.port)/\(number) HTTP/1.1\r\nHost: a.test:\(origin.port)\r\n\r\n")
                #expect(client.reply()?.status == 200)
            }
            #expect(origin.connections == 1)
            #expect(await proxy.server.counters().upstreamReused == 19)
        }
    }

    @Test("Pipelined requests are answered in order; a bad one ends the connection after those before it")
    func pipelining() async throws {
        let origin = try RawOrigin.answering { request in RawOrigin.ok(String(request.dropFirst(5).prefix { $0 != " " })) }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            var bytes = ""
            for number in 1...499 { bytes += "GET http://a.test:\(origin.port)/\(number) HTTP/1.1\r\nHost: a.test:\(origin.port)\r\n\r\n" }
            bytes +=
                "GET http://a.test:\(origin.port)/x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            bytes += "GET http://a.test:\(origin.port)/never HTTP/1.1\r\nHost: a.test\r\n\r\n"
            let all = bytes
            Thread.detachNewThread { client.send(all) }
            for number in 1...499 { #expect(client.reply()?.text == "\(number)") }
            #expect(client.reply()?.status == 400)
            #expect(client.receive() == nil)
            #expect(!origin.text.contains("never"))
            #expect(await proxy.eventually { proxy.records.all.count == 500 })
            #expect(proxy.records.last?.beginning.reason == "bad-framing")
        }
    }

    @Test("A blocked request gets a 403 page on a connection that stays open", arguments: [0, 100, 60_000])
    func blocked(bodyBytes: Int) async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.block, "site:bad.test")])
        try await TestProxy.start(snapshot).run { proxy in
            let client = try proxy.connect()
            let body = String(repeating: "b", count: bodyBytes)
            let length = bodyBytes > 0 ? "Content-Length: \(bodyBytes)\r\n" : ""
            client.send("POST http://bad.test/x HTTP/1.1\r\nHost: bad.test\r\nAccept: text/html\r\n\(length)\r\n\(body)")
            let page = client.reply()
            #expect(page?.status == 403)
            #expect(page?.field("Cache-Control") == "no-store")
            #expect(page?.field("Proxy-Status")?.contains("http_request_denied") == true)
            client.send("GET http://good.test:\(origin.port)/ HTTP/1.1\r\nHost: good.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            let first = try #require(proxy.records.all.first)
            #expect(first.beginning.verdict == .block)
            #expect(first.beginning.rule == "groups.default.rules[0]")
            #expect(first.end?.status == 403)
            #expect(first.end?.up == 0)
        }
    }

    @Test(
        "Bodies go up as they were framed",
        arguments: ["Content-Length: 11\r\n\r\nhello world", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"])
    func upload(rest: String) async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("got") }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("PUT http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\(rest)")
            #expect(client.reply()?.text == "got")
            // The body as sent, the fields perhaps in another order.
            #expect(origin.text.hasSuffix(String(rest.drop { $0 != "\r\n" })))
            #expect(await proxy.lastEnd()?.up == 11)
        }
    }

    @Test("A client that waits for 100 gets the origin's")
    func expectContinue() async throws {
        let origin = try RawOrigin { connection in
            guard connection.head() != nil else { return }
            connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            _ = connection.receive()
            connection.send(RawOrigin.ok("done"))
            _ = connection.receive()
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("POST http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
            #expect(client.reply()?.status == 100)
            client.send("body")
            #expect(client.reply()?.text == "done")
        }
    }

    @Test("HEAD, 204 and 304 carry no body, and the connection goes on")
    func bodiless() async throws {
        let origin = try RawOrigin.answering { request in
            if request.hasPrefix("HEAD") { return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" }
            return request.hasPrefix("GET /204") ? "HTTP/1.1 204 No Content\r\n\r\n" : "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            for (method, path, status) in [("HEAD", "/", 200), ("GET", "/204", 204), ("GET", "/304", 304), ("HEAD", "/", 200)] {
                client.send("\(method) http://a.test:\(origin.port)\(path) HTTP/1.1\r\nHost: a.test\r\n\r\n")
                #expect(client.reply(toHead: method == "HEAD")?.status == status)
            }
            #expect(client.leftover.isEmpty)
        }
    }

    @Test("A body until close is whole for the client")
    func untilClose() async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\n\r\nall of it")
        }
        try await TestProxy.start().run { proxy in
            #expect(proxy.get("http://a.test:\(origin.port)/")?.text == "all of it")
            #expect(await proxy.lastEnd()?.outcome == .complete)
            #expect(await proxy.lastEnd()?.down == 9)
        }
    }

    @Test("HTTP/1.0 gets its reply without chunks and a closed connection")
    func oldClient() async throws {
        let origin = try RawOrigin.answering { _ in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.0\r\n\r\n")
            let all = String(decoding: client.receiveAll(), as: UTF8.self)
            #expect(all.hasSuffix("\r\n\r\nhello"))
            #expect(!all.lowercased().contains("transfer-encoding"))
        }
    }

    @Test(
        "An origin that stops within the body: what came, then a cut without a forged end",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        ])
    func truncated(reply: String) async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.send(reply)
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            let all = String(decoding: client.receiveAll(), as: UTF8.self)
            #expect(all.contains("half"))
            #expect(!all.hasSuffix("0\r\n\r\n"))
            #expect(await proxy.lastEnd()?.outcome == .truncated)
        }
    }

    @Test("An origin that leaves without a word gives 502; nobody answering gives 502; a forbidden address 403")
    func failures() async throws {
        let origin = try RawOrigin { connection in _ = connection.request() }
        let closed = try RawOrigin { _ in }
        closed.stop()
        try await TestProxy.start { $0.names.hosts["meta.test"] = [.init(v4: 0xa9fe_a9fe)] }.run { proxy in
            let left = proxy.get("http://a.test:\(origin.port)/")
            #expect(left?.status == 502)
            #expect(left?.field("Proxy-Status")?.contains("error=") == true)
            #expect(await proxy.lastEnd()?.outcome == .upstreamError)
            #expect(proxy.get("http://a.test:\(closed.port)/")?.status == 502)
            let forbidden = proxy.get("http://meta.test/latest/")
            #expect(forbidden?.status == 403)
            #expect(forbidden?.field("Connection") == "close")
            let end = await proxy.lastEnd()
            #expect(end?.verdict == .reject)
            #expect(end?.reason == "egress-denied")
            #expect(end?.outcome == .rejected)
        }
    }
}
