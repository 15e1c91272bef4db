import Foundation
import NIOCore
import NIOPosix

/// A reply as it came over the wire.
struct WireReply {
    var status: Int
    var fields: [(name: String, value: String)]
    var body: String

    subscript(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
    func all(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }
}

/// Says exactly the bytes it is given on a connection of its own, and reads to the end.
struct WireClient {
    struct Unreadable: Error { var text: String }

    let address: SocketAddress

    func send(_ bytes: String) async throws -> WireReply {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: bytes))
            var all = ByteBuffer()
            for try await buffer in inbound { all.writeImmutableBuffer(buffer) }
            return try Self.reply(String(buffer: all))
        }
    }

    /// A request with the fields given beside `Host` and `Connection: close`.
    func request(
        _ method: String, _ target: String, host: String? = nil, fields: [String] = [], body: String? = nil
    ) async throws -> WireReply {
        let port = address.port ?? 0
        var head = ["\(method) \(target) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")", "Connection: close"] + fields
        if let body { head.append("Content-Length: \(body.utf8.count)") }
        return try await send(head.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    }

    /// Says the bytes, gives the other side a moment and leaves.
    func throwAway(_ bytes: String) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
        try? await channel.writeAndFlush(ByteBuffer(string: bytes))
        try await Task.sleep(for: .milliseconds(30))
        try? await channel.close()
    }

    /// Reads a reply that never ends, until `text` has come or five seconds have passed.
    func firstLines(of target: String, cookie: String, until text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: \(cookie)\r\n\r\n"))
            let deadline = ContinuousClock.now + .seconds(5)
            var all = ""
            for try await buffer in inbound {
                all += String(buffer: buffer)
                if all.contains(text) || ContinuousClock.now > deadline { break }
            }
            return all
        }
    }

    private static func reply(_ text: String) throws -> WireReply {
        guard let end = text.range(of: "\r\n\r\n") else { throw Unreadable(text: text) }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        guard let first = lines.first, let status = first.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Unreadable(text: text)
        }
        let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
        return WireReply(status: status, fields: fields, body: String(text[end.upperBound...]))
    }
}
