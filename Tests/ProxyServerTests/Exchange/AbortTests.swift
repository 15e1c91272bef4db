import Foundation
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Clients that leave")
struct AbortTests {
    @Test(
        "Within a body: the origin sees no end of it",
        arguments: ["Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"])
    func withinBody(rest: String) async throws {
        let origin = try RawOrigin { connection in while connection.receive() != nil {} }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("POST http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\(rest)")
            #expect(await proxy.eventually { origin.text.contains("half") })
            client.close()
            #expect(await proxy.lastEnd()?.outcome == .clientAbort)
            #expect(await proxy.eventually { origin.endedConnections == 1 })
            #expect(!origin.text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("Before the reply: the origin is left within moments", arguments: [false, true])
    func beforeReply(resets: Bool) async throws {
        let origin = try RawOrigin { connection in while connection.receive() != nil {} }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(await proxy.eventually { origin.connections == 1 })
            if resets { client.reset() } else { client.close() }
            let began = Date()
            #expect(await proxy.lastEnd()?.outcome == .clientAbort)
            #expect(Date().timeIntervalSince(began) < 3)
            #expect(await proxy.eventually { origin.endedConnections == 1 })
        }
    }

    @Test("A client that has only sent its FIN still gets a reply that is on its way")
    func halfClosed() async throws {
        let origin = try RawOrigin.answering { _ in
            Thread.sleep(forTimeInterval: 0.2)
            return RawOrigin.ok(String(repeating: "x", count: 300_000))
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            client.shutdownOutput()
            #expect(client.reply()?.body.count == 300_000)
            #expect(client.receive() == nil)
            #expect(await proxy.lastEnd()?.outcome == .complete)
        }
    }

    @Test("Within a reply")
    func withinReply() async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            while connection.socket.send([UInt8](repeating: 1, count: 10_000)) {}
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            _ = client.receive()
            client.close()
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .clientAbort)
            #expect(end?.status == 200)
            #expect((end?.down ?? 0) > 0)
            #expect(await proxy.eventually { origin.endedConnections == 1 })
        }
    }

    @Test("A final reply before the body is complete: it arrives, and what follows is no request")
    func earlyReply() async throws {
        let origin = try RawOrigin { connection in
            guard connection.head() != nil else { return }
            connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
            while connection.receive() != nil {}
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send(
                "POST http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000000\r\n\r\nGET http://x/ HTTP/1.1\r\n\r\n"
            )
            #expect(client.reply()?.status == 413)
            client.send(String(repeating: "x", count: 200_000))
            client.setTimeout(seconds: 4)
            #expect(client.isClosed())
            #expect(proxy.records.all.count == 1)
            #expect(await proxy.lastEnd()?.outcome == .complete)
        }
    }
}
