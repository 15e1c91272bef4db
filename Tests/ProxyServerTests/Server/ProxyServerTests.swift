import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("The server as a whole")
struct ServerTests {
    @Test("IPv6 in, IPv6 out")
    func v6() async throws {
        let origin = try RawOrigin.answering(v6: true) { RawOrigin.ok($0) }
        try await TestProxy.start {
            $0.listen = [ListenerAddress(address: IPAddress(high: 0, low: 1), port: 0)]
        }.run { proxy in
            let client = try RawSocket(port: proxy.port, v6: true)
            client.send("GET http://[0:0::1]:\(origin.port)/ HTTP/1.1\r\nHost: [::1]:\(origin.port)\r\n\r\n")
            #expect(client.reply()?.text.contains("Host: [::1]:\(origin.port)\r\n") == true)
            client.send("CONNECT [::1]:\(origin.port) HTTP/1.1\r\nHost: [::1]:\(origin.port)\r\n\r\n")
            #expect(client.reply()?.status == 200)
            #expect(proxy.records.last?.beginning.host == "::1")
            #expect(proxy.records.last?.beginning.address == IPAddress(high: 0, low: 1))
        }
    }

    @Test("Several loops share one port")
    func loops() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start { $0.eventLoops = 3 }.run { proxy in
            #expect(proxy.addresses.count == 1)
            for _ in 0..<30 { #expect(proxy.get("http://a.test:\(origin.port)/")?.status == 200) }
            #expect(await proxy.eventually { proxy.records.all.allSatisfy { $0.ends == 1 } })
            #expect(proxy.records.all.count == 30)
            #expect(await proxy.server.counters().requests == 30)
        }
    }

    @Test("A port somebody has is not shared with them", arguments: [1, 2])
    func taken(loops: Int) async throws {
        try await TestProxy.start { $0.eventLoops = 2 }.run { proxy in
            let port = UInt16(proxy.port)
            await #expect(throws: (any Error).self) {
                try await TestProxy.start {
                    $0.eventLoops = loops
                    $0.listen = [ListenerAddress(address: IPAddress(v4: 0x7f00_0001), port: port)]
                }
            }
        }
    }

    @Test("Draining: idle connections close, what runs may end, what does not is cut and recorded as interrupted")
    func drain() async throws {
        let origin = try RawOrigin { connection in
            guard let request = connection.request() else { return }
            if request.hasPrefix("GET /slow") {
                Thread.sleep(forTimeInterval: 0.5)
                connection.send(RawOrigin.ok("slow"))
            }
            while connection.receive() != nil {}
        }
        let proxy = try await TestProxy.start()
        try await withTaskExecutorPreference(BlockingExecutor.shared) {
            let (idle, slow, stuck) = (try proxy.connect(), try proxy.connect(), try proxy.connect())
            let late = try proxy.connect()
            slow.send("GET http://a.test:\(origin.port)/slow HTTP/1.1\r\nHost: a.test\r\n\r\n")
            stuck.send("GET http://a.test:\(origin.port)/stuck HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(await proxy.eventually { origin.connections == 2 })
            async let drained: Void = proxy.server.drain(seconds: 2)
            // Draining begins behind a connection whose request is still on its way.
            try await Task.sleep(for: .milliseconds(100))
            late.send("GET http://a.test:\(origin.port)/slow HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(idle.isClosed())
            #expect(late.reply()?.text == "slow")
            let reply = slow.reply()
            #expect(reply?.text == "slow")
            #expect(reply?.field("Connection") == "close")
            #expect(stuck.isClosed())
            await drained
            #expect(proxy.records.all.compactMap { $0.end?.outcome } == [.complete, .interrupted, .complete])
            #expect((try? proxy.connect()) == nil)
        }
    }

    @Test("A reload changes who may connect, ports, names and limits for what comes next")
    func reload() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start().run { proxy in
            #expect(proxy.get("http://a.test:\(origin.port)/")?.status == 200)
            var changed = ProxyConfiguration()
            changed.allowClients = ["127.0.0.0/8"]
            changed.egressAllow = ["127.0.0.0/8"]
            changed.httpPorts = [80...80]
            changed.names.hosts = ["b.test": [IPAddress(v4: 0x7f00_0001)]]
            try proxy.server.reload(changed)
            _ = await proxy.server.counters()
            #expect(proxy.get("http://a.test:\(origin.port)/")?.status == 403)
            #expect(proxy.records.last?.beginning.reason == "port-not-allowed")
            changed.httpPorts = [1...65_535]
            try proxy.server.reload(changed)
            _ = await proxy.server.counters()
            #expect(proxy.get("http://b.test:\(origin.port)/")?.status == 200)
            #expect(throws: RangeError.self) {
                changed.egressAllow = ["nonsense"]
                try proxy.server.reload(changed)
            }
            #expect(proxy.get("http://b.test:\(origin.port)/")?.status == 200)
        }
    }

    @Test("The portal answers through the proxy: what was blocked, Continue, Ask, the PAC file")
    func portal() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("shop") }
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.warn, "site:shop.test"), TestPolicy.rule(.block, "site:bad.test")])
        try await TestProxy.start(snapshot).run { proxy in
            let shop = "http://shop.test:\(origin.port)/"
            let page = proxy.get(shop, fields: "Accept: text/html\r\n")
            #expect(page?.status == 403)
            #expect(proxy.records.last?.beginning.verdict == .warn)
            let home = proxy.get("http://weir.internal/", fields: "Accept: text/html\r\n")
            #expect(home?.status == 200)
            #expect(home?.text.contains("shop.test") == true)
            #expect(proxy.get("http://weir.internal/proxy.pac")?.text.contains("FindProxyForURL") == true)

            let tokens = (page?.text ?? "").components(separatedBy: "signed-").dropFirst().map { String($0.prefix { $0.isHexDigit }) }
            #expect(tokens.count == 2)
            for token in tokens {
                for action in ["continue", "ask"] {
                    let form = "token=signed-\(token)&note=please"
                    let client = try proxy.connect()
                    client.send(
                        "POST http://weir.internal/\(action) HTTP/1.1\r\nHost: weir.internal\r\n"
                            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)")
                    _ = client.reply()
                }
            }
            #expect(proxy.get(shop)?.status == 200)
            #expect(proxy.asks.all.first?.host == "shop.test")
        }
    }

    @Test("The plain listener gives the PAC file and nothing else")
    func plainListener() async throws {
        try await TestProxy.start {
            $0.portalListen = [ListenerAddress(address: IPAddress(v4: 0x7f00_0001), port: 0)]
        }.run { proxy in
            let port = Int(proxy.addresses[1].port)
            for (path, status) in [("/proxy.pac", 200), ("/wpad.dat", 200), ("/", 404), ("/ask", 404)] {
                let client = try RawSocket(port: port)
                client.send("GET \(path) HTTP/1.1\r\nHost: weir\r\n\r\n")
                let reply = client.reply()
                #expect(reply?.status == status)
                if status == 200 { #expect(reply?.text.contains("PROXY 127.0.0.1:") == true) }
                #expect(client.receive() == nil)
            }
            #expect(proxy.records.all.isEmpty)
        }
    }
}
