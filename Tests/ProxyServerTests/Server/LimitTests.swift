import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Limits of connections and time")
struct LimitTests {
    @Test("Over the limit of one client: 503 at once, and room again when one leaves")
    func perClient() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start { $0.limits.connectionsPerClient = 3 }.run { proxy in
            let request = "GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n"
            let held = try (0..<3).map { _ in try proxy.connect() }
            for client in held {
                client.send(request)
                #expect(client.reply()?.status == 200)
            }
            let refused = try proxy.connect()
            let reply = refused.reply()
            #expect(reply?.status == 503)
            #expect(reply?.field("Proxy-Status")?.contains("connection_limit_reached") == true)
            #expect(refused.receive() == nil)
            held[0].close()
            #expect(await proxy.eventually { await proxy.server.counters().clientConnections == 2 })
            #expect(proxy.get("http://a.test:\(origin.port)/")?.status == 200)
            #expect(await proxy.server.counters().overConnectionsPerClient == 1)
        }
    }

    @Test("The limit of sockets counts both sides")
    func sockets() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        let silent = try RawOrigin { connection in while connection.receive() != nil {} }
        try await TestProxy.start { $0.limits.connections = 2 }.run { proxy in
            let first = try proxy.connect()
            first.send("GET http://a.test:\(silent.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(await proxy.eventually { await proxy.server.counters().upstreamConnections == 1 })
            // One client and one connection to an origin that works for it are open.
            #expect(try proxy.connect().reply()?.status == 503)
            #expect(await proxy.server.counters().overConnections == 1)
        }
        try await TestProxy.start { $0.limits.connections = 1 }.run { proxy in
            let reply = proxy.get("http://a.test:\(origin.port)/")
            #expect(reply?.status == 503)
            #expect(reply?.field("Proxy-Status")?.contains("connection_limit") == true)
            #expect(await proxy.lastEnd()?.outcome == .upstreamError)
        }
    }

    @Test("A flood of connections costs no descriptors and stops nobody else")
    func flood() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start { $0.limits.connectionsPerClient = 10 }.run { proxy in
            let held = try proxy.connect()
            held.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(held.reply()?.status == 200)
            let flood = (0..<400).compactMap { _ in try? proxy.connect() }
            held.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(held.reply()?.status == 200)
            #expect(await proxy.eventually { await proxy.server.counters().overConnectionsPerClient == flood.count - 9 })
            for client in flood.dropFirst(9) {
                client.setTimeout(seconds: 2)
                let reply = client.reply()
                #expect(reply == nil || reply?.status == 503)
                #expect(client.isClosed())
            }
        }
    }

    @Test("A head that trickles gets 408 at its absolute deadline; silence is closed without a word")
    func slowHead() async throws {
        try await TestProxy.start {
            $0.limits.headSeconds = 1
            $0.limits.idleSeconds = 2
        }.run { proxy in
            let slow = try proxy.connect()
            let silent = try proxy.connect()
            slow.send("GET http://a.test/ HTTP/1.1\r\n")
            let sender = Thread { for _ in 0..<40 where slow.send([UInt8(ascii: "X")]) { Thread.sleep(forTimeInterval: 0.05) } }
            sender.start()
            let began = Date()
            #expect(slow.reply()?.status == 408)
            #expect(Date().timeIntervalSince(began) < 1.8)
            _ = await proxy.lastEnd()
            #expect(proxy.records.last?.beginning.reason == "timeout")
            #expect(silent.isClosed())
            #expect(proxy.records.all.count == 1)
            let counters = await proxy.server.counters()
            #expect(counters.headTimeouts == 1)
            #expect(counters.idleTimeouts == 1)
        }
    }

    @Test("A silent origin gives 504, a tunnel with nothing in it ends")
    func silence() async throws {
        let origin = try RawOrigin { connection in while connection.receive() != nil {} }
        try await TestProxy.start {
            $0.limits.responseSeconds = 1
            $0.limits.tunnelIdleSeconds = 1
        }.run { proxy in
            let waiting = proxy.get("http://a.test:\(origin.port)/")
            #expect(waiting?.status == 504)
            #expect(waiting?.field("Proxy-Status")?.contains("http_response_timeout") == true)
            #expect(await proxy.lastEnd()?.outcome == .timeout)
            let client = try proxy.connect()
            client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            #expect(client.isClosed())
            #expect(await proxy.lastEnd()?.outcome == .timeout)
            let counters = await proxy.server.counters()
            #expect(counters.responseTimeouts == 1)
            #expect(counters.tunnelIdleTimeouts == 1)
        }
    }

    @Test("Connections on which nothing happens are not looked at before a deadline of theirs may have passed")
    func unlooked() async throws {
        let origin = try RawOrigin { connection in while connection.receive() != nil {} }
        try await TestProxy.start {
            $0.limits.idleSeconds = 3
            $0.limits.tunnelIdleSeconds = 60
        }.run { proxy in
            let idle = try (0..<10).map { _ in try proxy.connect() }
            let tunnels = try (0..<10).map { _ in try RunningTraffic.tunnel.begin(proxy, origin) }
            #expect(await proxy.eventually { await proxy.server.counters().acceptedConnections == 20 })
            try await Task.sleep(for: .seconds(1.5))
            #expect(await proxy.server.counters().deadlinesLookedAt == 0)
            for client in idle { #expect(client.isClosed()) }
            let counters = await proxy.server.counters()
            // Once each: a tunnel's client when the time it had for its request would have been over.
            #expect(counters.deadlinesLookedAt <= 20)
            #expect(counters.idleTimeouts == 10 && counters.openTunnels == tunnels.count)
        }
    }

    @Test("Nobody answers at the address: 504 when connect-seconds are over")
    func connectTimeout() async throws {
        // A listener whose queue is full takes no further connection.
        let full = try FullListener()
        try await TestProxy.start { $0.limits.connectSeconds = 1 }.run { proxy in
            let reply = proxy.get("http://a.test:\(full.port)/")
            #expect(reply?.status == 504)
            #expect(await proxy.lastEnd()?.outcome == .timeout)
            #expect(await proxy.server.counters().connectTimeouts == 1)
        }
    }

    @Test("A client that does not read holds back its origin: no more is taken than fits")
    func backPressure() async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.socket.setTimeout(seconds: 1)
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
            let chunk = [UInt8](repeating: 1, count: 100_000)
            for _ in 0..<2_000 where !connection.socket.send(chunk) { return }
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            try await Task.sleep(for: .seconds(2))
            // What has passed is in the kernel's buffers of two sockets, and at most 256 KiB between them.
            #expect(await proxy.server.counters().bytesDown < 20_000_000)
            client.reset()
            #expect(await proxy.lastEnd()?.outcome == .clientAbort)
            #expect(await proxy.eventually { origin.endedConnections == 1 })
        }
    }

    @Test("Patience with slow bodies and stalled writes", arguments: [(bytes: 14_000, isSlow: true), (bytes: 16_000, isSlow: false)])
    func patience(bytes: Int, isSlow: Bool) {
        var rate = BodyRate(at: 1_000)
        rate.moved(bytes)
        func isTooSlow(_ now: Int64) -> Bool { rate.isTooSlow(at: now) }
        #expect(!isTooSlow(30_999))
        #expect(isTooSlow(31_000) == isSlow)
        // The next window counts from nothing.
        #expect(!isTooSlow(60_999))
        #expect(isTooSlow(61_000))

        var watch = StallWatch()
        func isStalled(_ isWritable: Bool, _ taken: UInt64, _ now: Int64) -> Bool {
            watch.isStalled(isWritable: isWritable, taken: taken, at: now)
        }
        #expect(!isStalled(false, 100, 0))
        #expect(!isStalled(false, 100, 59_999))
        // Slow, with something unsent whenever it is looked at, is not stalled.
        #expect(!isStalled(false, 30_100, 60_000))
        #expect(!isStalled(false, 30_101, 119_999))
        // Single bytes do not count.
        #expect(isStalled(false, 30_160, 120_000))
        #expect(!isStalled(true, 30_160, 130_000))
        #expect(!isStalled(false, 30_160, 200_000))
        #expect(!isStalled(false, 30_160, 259_999))
        #expect(isStalled(false, 30_160, 260_000))
    }
}

/// Listens with a queue for one and never accepts.
final class FullListener: Sendable {
    private let listener: Int32
    private let waiting: [Int32]
    let port: Int

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) | listen(listener, 0) | getsockname(listener, pointer, &length)
            }
        }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        port = Int(UInt16(bigEndian: address.sin_port))
        waiting = (0..<4).map { [address] _ in
            var address = address
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
            }
            return descriptor
        }
    }

    deinit { for descriptor in waiting + [listener] { close(descriptor) } }
}
