import Foundation
import PatternMatching
import PolicyCore
import Testing

/// The kinds of traffic that go on after their verdict.
enum RunningTraffic: String, CaseIterable {
    case tunnel, webSocket, download

    /// Serves all three: answers an upgrade, gives `/more` 200,000 bytes, begins a long reply to everything else, and then is silent.
    static func origin() throws -> RawOrigin {
        try RawOrigin { connection in
            guard let first = connection.receive() else { return }
            let text = String(decoding: first, as: UTF8.self)
            if text.contains("Upgrade: websocket") {
                connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi")
            } else if text.hasPrefix("GET /more") {
                return connection.send(RawOrigin.ok(String(repeating: "m", count: 200_000), extra: "Connection: close\r\n"))
            } else if text.hasPrefix("GET ") {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nsome")
            }
            while connection.receive() != nil {}
        }
    }

    /// Opens it to `host`, lets its first bytes pass and is silent from then on.
    /// - Parameter fields: further header lines.
    func begin(_ proxy: TestProxy, _ origin: RawOrigin, host: String = "a.test", fields: String = "") throws -> RawSocket {
        let client = try proxy.connect()
        let host = "\(host):\(origin.port)"
        switch self {
        case .tunnel:
            client.send("CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n")
            #expect(client.reply()?.status == 200)
            client.send("x")
        case .webSocket:
            let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n"
            client.send("GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\(upgrade)\(fields)\r\n")
            #expect(client.reply()?.status == 101)
        case .download:
            client.send("GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n")
            #expect(client.receive().map { String(decoding: $0, as: UTF8.self).hasPrefix("HTTP/1.1 200") } == true)
        }
        return client
    }
}

extension RawSocket {
    /// Whether the peer closes before it is silent for the socket's timeout, whatever it sends until then.
    func isCut() -> Bool {
        while true {
            if receive() == nil { return !isSilent }
        }
    }
}
