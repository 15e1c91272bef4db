import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Tunnels")
struct TunnelTests {
    /// Echoes everything until the other side's FIN, then says goodbye.
    private func echo() throws -> RawOrigin {
        try RawOrigin { connection in
            while let bytes = connection.receive() { connection.socket.send(bytes) }
            connection.send("bye")
        }
    }

    @Test("CONNECT: 200 without fields, bytes both ways, each FIN passed on, one visit with both counts")
    func connect() async throws {
        let origin = try echo()
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test:\(origin.port)\r\n\r\nearly")
            let reply = client.reply()
            #expect(reply?.head.hasPrefix("HTTP/1.1 200 ") == true)
            #expect(reply?.field("Content-Length") == nil)
            #expect(reply?.field("Transfer-Encoding") == nil)
            var got = client.leftover
            while got.count < 5, let more = client.receive() { got += more }
            #expect(String(decoding: got, as: UTF8.self) == "early")
            client.send("more")
            #expect(client.receive() == Array("more".utf8))
            client.shutdownOutput()
            #expect(String(decoding: client.receiveAll(), as: UTF8.self) == "bye")
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .complete)
            #expect(end?.up == 9)
            #expect(end?.down == 12)
            #expect(end?.status == 200)
            let begun = proxy.records.last?.beginning
            #expect(begun?.method == "CONNECT")
            #expect(begun?.scheme == "https")
            #expect(begun?.path == nil)
        }
    }

    @Test("A refused CONNECT closes, and what came behind it is never read as a request", arguments: ["bad.test:443", "far.test:443"])
    func refused(target: String) async throws {
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.block, "site:bad.test")])
        try await TestProxy.start(snapshot) { $0.names.hosts["far.test"] = [.init(v4: 0x0a00_0001)] }.run { proxy in
            let client = try proxy.connect()
            client.send("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\r\nGET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            let reply = client.reply()
            #expect(reply?.status == 403)
            #expect(reply?.field("Connection") == "close")
            #expect(client.receive() == nil)
            _ = await proxy.lastEnd()
            #expect(proxy.records.all.count == 1)
        }
    }

    @Test("A CONNECT to a port that is not allowed is refused; so are bodies and bad targets")
    func ports() async throws {
        try await TestProxy.start {
            $0.connectPorts = [443...443]
            $0.httpPorts = [80...80]
        }.run { proxy in
            for (target, fields, status, code) in [
                ("a.test:25", "", 403, "port-not-allowed"), ("a.test:8080", "", 403, "port-not-allowed"),
                ("a.test", "", 400, "bad-target"), ("a.test:0", "", 400, "bad-target"),
                ("a.test:443", "Content-Length: 5\r\n", 400, "bad-framing"),
            ] {
                let client = try proxy.connect()
                client.send("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\(fields)\r\nhello")
                #expect(client.reply()?.status == status, "\(target)")
                #expect(client.receive() == nil)
                #expect(await proxy.lastEnd()?.outcome == .rejected)
                #expect(proxy.records.last?.beginning.verdict == .reject)
                if code != "bad-target" { #expect(proxy.records.last?.beginning.reason == code) }
            }
        }
    }

    @Test("The TLS name is judged as well, before the hello is passed on")
    func serverName() async throws {
        let origin = try echo()
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.block, "site:bad.test")])
        try await TestProxy.start(snapshot).run { proxy in
            for (name, passes) in [("a.test", true), ("other.test", true), ("www.bad.test", false)] {
                let client = try proxy.connect()
                client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
                #expect(client.reply()?.status == 200)
                let hello = ClientHelloBytes.make(name)
                // Cut in two, so that it must be held.
                client.send(Array(hello[..<40]))
                try await Task.sleep(for: .milliseconds(30))
                client.send(Array(hello[40...]))
                if passes {
                    #expect(client.receive() == hello)
                    client.close()
                } else {
                    #expect(client.isClosed())
                    let end = await proxy.lastEnd()
                    #expect(end?.outcome == .closedByPolicy)
                    #expect(end?.verdict == .block)
                    #expect(end?.rule == "groups.default.rules[0]")
                    #expect(end?.up == 0)
                }
            }
            #expect(origin.bytes.last == [])
        }
    }

    @Test("What shows no TLS name passes or is closed as the group's `opaque` says")
    func opaque() async throws {
        let origin = try echo()
        for allows in [true, false] {
            try await TestProxy.start(TestPolicy.snapshot(allowsOpaque: allows)).run { proxy in
                for bytes in [Array("SSH-2.0-x\r\n".utf8), ClientHelloBytes.make(nil)] {
                    let client = try proxy.connect()
                    client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
                    #expect(client.reply()?.status == 200)
                    client.send(bytes)
                    if allows {
                        #expect(client.receive() == bytes)
                    } else {
                        #expect(client.isClosed())
                        let end = await proxy.lastEnd()
                        #expect(end?.outcome == .closedByPolicy)
                        #expect(end?.verdict == .block)
                        #expect(end?.rule == "groups.default.opaque")
                    }
                }
            }
        }
    }

    @Test("A WebSocket is a tunnel after 101 and recorded as ws; an unasked 101 is 502; another reply stays HTTP")
    func webSocket() async throws {
        let origin = try RawOrigin { connection in
            guard let head = connection.head() else { return }
            if head.hasPrefix("GET /no") {
                connection.send(RawOrigin.ok("plain"))
            } else {
                connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi")
                while let bytes = connection.receive() { connection.socket.send(bytes) }
            }
        }
        try await TestProxy.start().run { proxy in
            let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n"
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/chat HTTP/1.1\r\nHost: a.test:\(origin.port)\r\n\(upgrade)\r\n")
            let reply = client.reply()
            #expect(reply?.status == 101)
            #expect(reply?.field("Upgrade")?.lowercased() == "websocket")
            var got = client.leftover
            while got.count < 2, let more = client.receive() { got += more }
            #expect(got == Array("hi".utf8))
            client.send("frame")
            #expect(client.receive() == Array("frame".utf8))
            client.shutdownOutput()
            _ = client.receiveAll()
            let end = await proxy.lastEnd()
            #expect(end?.status == 101)
            #expect(end?.up == 5)
            #expect(end?.down == 7)
            #expect(proxy.records.last?.beginning.scheme == "ws")

            #expect(proxy.get("http://a.test:\(origin.port)/no", fields: upgrade)?.text == "plain")
            #expect(proxy.get("http://a.test:\(origin.port)/unasked")?.status == 502)
        }
    }

    @Test("A CONNECT to an HTTP port is good for an upgrade and nothing else")
    func upgradeInTunnel() async throws {
        let origin = try RawOrigin { connection in
            guard connection.head() != nil else { return }
            connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            while let bytes = connection.receive() { connection.socket.send(bytes) }
        }
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.block, "url:a.test/bad")])
        try await TestProxy.start(snapshot) { $0.connectPorts = [443...443] }.run { proxy in
            let host = "a.test:\(origin.port)"
            for (path, fields, answer) in [
                ("/chat", "Connection: Upgrade\r\nUpgrade: websocket\r\n", "101"),
                ("/bad", "Connection: Upgrade\r\nUpgrade: websocket\r\n", "403"), ("/chat", "", "403"),
            ] {
                let client = try proxy.connect()
                client.send("CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(client.reply()?.status == 200)
                client.send("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n")
                #expect(client.reply().map { String($0.status) } == answer)
                if answer == "101" {
                    client.send("ping")
                    #expect(client.receive() == Array("ping".utf8))
                }
                client.close()
                _ = await proxy.lastEnd()
                #expect(proxy.records.last?.beginning.host == "a.test")
            }
            #expect(proxy.records.all.map(\.beginning.scheme) == ["ws", "ws", "http"])
            #expect(proxy.records.all.map(\.beginning.verdict) == [.allow, .block, .reject])

            let silent = try proxy.connect()
            silent.send("CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\n\r\n\u{16}\u{3}\u{1}")
            #expect(silent.reply()?.status == 200)
            silent.close()
            #expect(await proxy.eventually { proxy.records.all.count == 4 })
            #expect(proxy.records.last?.beginning.verdict == .reject)
        }
    }
}

/// A ClientHello as RFC 8446 lays it out, small and with no more than the server name.
enum ClientHelloBytes {
    static func make(_ name: String?) -> [UInt8] {
        var extensions: [UInt8] = [0x00, 0x17, 0x00, 0x00]
        if let name {
            let bytes = Array(name.utf8)
            let entry = [0x00] + two(bytes.count) + bytes
            let list = two(entry.count) + entry
            extensions += [0x00, 0x00] + two(list.count) + list
        }
        let body: [UInt8] =
            [0x03, 0x03] + [UInt8](repeating: 7, count: 32) + [0x00] + [0x00, 0x02, 0x13, 0x01] + [0x01, 0x00] + two(extensions.count)
            + extensions
        let handshake = [0x01, 0x00] + two(body.count) + body
        return [0x16, 0x03, 0x01] + two(handshake.count) + handshake
    }

    private static func two(_ count: Int) -> [UInt8] { [UInt8(count >> 8), UInt8(count & 0xff)] }
}
