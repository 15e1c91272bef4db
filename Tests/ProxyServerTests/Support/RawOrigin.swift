import Foundation

/// What an origin was sent.
final class OriginLog: @unchecked Sendable {
    // `lock` guards everything.
    private let lock = NSLock()
    private var received: [[UInt8]] = []
    private var ended = 0
    private var isStopped = false

    /// Bytes received by connection, in the order they were accepted.
    var bytes: [[UInt8]] { lock.withLock { received } }
    var endedConnections: Int { lock.withLock { ended } }

    func open() -> Int {
        lock.withLock {
            received.append([])
            return received.count - 1
        }
    }

    func note(_ more: [UInt8], _ index: Int) { lock.withLock { received[index] += more } }

    func close() { lock.withLock { ended += 1 } }

    /// Does `action` where that was not done yet: nobody closes the descriptor between the question and what is done with it.
    func stop(_ action: () -> Void) {
        lock.withLock {
            guard !isStopped else { return }
            isStopped = true
            action()
        }
    }
}

/// An origin that records every byte it is sent and answers as a test says: one thread a connection.
final class RawOrigin: Sendable {
    private let log = OriginLog()
    private let listener: Int32
    let port: Int

    /// - Parameters:
    ///   - host: the last byte of its address, 127.0.0.`host`.
    ///   - port: 0 for one of the kernel's choice.
    ///   - serve: called for each connection on a thread of its own; the connection closes when it returns.
    init(v6: Bool = false, host: UInt8 = 1, port given: Int = 0, serve: @escaping @Sendable (OriginConnection) -> Void) throws {
        let listener = try Self.listen(v6: v6, host: host, port: given)
        self.listener = listener
        var bound = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = withUnsafeMutablePointer(to: &bound) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        // The port stands at the same place in both families.
        port = withUnsafeBytes(of: &bound) { Int(UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))) }
        Thread.detachNewThread { [log] in
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 {
                    // Closed by the thread that asks it alone: else this could be about to ask a descriptor that is another origin's by now.
                    log.stop {}
                    close(listener)
                    return
                }
                let index = log.open()
                Thread.detachNewThread {
                    let connection = OriginConnection(RawSocket(descriptor: descriptor), log: log, index: index)
                    serve(connection)
                    connection.socket.close()
                    log.close()
                }
            }
        }
    }

    deinit { stop() }

    /// Refuses further connections.
    func stop() {
        log.stop { _ = shutdown(listener, Int32(SHUT_RDWR)) }
    }

    private static func listen(v6: Bool, host: UInt8, port: Int) throws -> Int32 {
        let listener = socket(v6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var result: Int32 = -1
        if v6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_addr = in6addr_loopback
            result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = (0x7f00_0000 | UInt32(host)).bigEndian
            result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
        }
        guard result == 0, Glibc.listen(listener, 512) == 0 else { throw POSIXError(.EADDRINUSE) }
        return listener
    }

    var bytes: [[UInt8]] { log.bytes }
    /// Everything received, as text.
    var text: String { bytes.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|") }
    var connections: Int { log.bytes.count }
    /// Connections whose script has returned.
    var endedConnections: Int { log.endedConnections }

    /// An origin that answers every request on a connection with the same bytes, given its head and body.
    static func answering(
        v6: Bool = false, host: UInt8 = 1, port: Int = 0, _ reply: @escaping @Sendable (String) -> String
    ) throws -> RawOrigin {
        try RawOrigin(v6: v6, host: host, port: port) { connection in
            while let request = connection.request() { connection.send(reply(request)) }
        }
    }

    /// `200` with a body.
    static func ok(_ body: String, type: String = "text/plain", extra: String = "") -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(extra)\r\n\(body)"
    }
}

/// One connection of a ``RawOrigin``.
final class OriginConnection: @unchecked Sendable {
    // Used by its own thread only.
    let socket: RawSocket
    let index: Int
    private let log: OriginLog
    private var pending: [UInt8] = []

    init(_ socket: RawSocket, log: OriginLog, index: Int) {
        self.socket = socket
        self.log = log
        self.index = index
    }

    func send(_ text: String) { socket.send(text) }

    func receive() -> [UInt8]? {
        guard let bytes = socket.receive() else { return nil }
        log.note(bytes, index)
        return bytes
    }

    /// The next request, head and body, as text; nil where the peer has closed.
    func request() -> String? {
        while true {
            if let end = RawReply.find("\r\n\r\n", in: pending, from: 0) {
                let head = String(decoding: pending[..<(end + 4)], as: UTF8.self)
                if let length = bodyLength(head, from: end + 4) {
                    defer { pending.removeFirst(length) }
                    return String(decoding: pending[..<length], as: UTF8.self)
                }
            }
            guard let more = receive() else { return nil }
            pending += more
        }
    }

    /// Only the head, its body left to be read.
    func head() -> String? {
        while true {
            if let end = RawReply.find("\r\n\r\n", in: pending, from: 0) {
                defer { pending.removeFirst(end + 4) }
                return String(decoding: pending[..<(end + 4)], as: UTF8.self)
            }
            guard let more = receive() else { return nil }
            pending += more
        }
    }

    private func bodyLength(_ head: String, from start: Int) -> Int? {
        let lower = head.lowercased()
        if lower.contains("transfer-encoding: chunked") {
            guard let end = RawReply.find("0\r\n\r\n", in: pending, from: start) else { return nil }
            return end + 5
        }
        guard let range = lower.range(of: "content-length: ") else { return start }
        let length = Int(lower[range.upperBound...].prefix { $0.isNumber }) ?? 0
        return pending.count >= start + length ? start + length : nil
    }
}
