import Foundation

/// A blocking TCP socket for tests: sends bytes as they are and reads with a timeout, never forever.
final class RawSocket: @unchecked Sendable {
    // One test, or one thread of the origin, uses it at a time.
    private var descriptor: Int32
    /// Received behind the last reply.
    private(set) var leftover: [UInt8] = []
    /// The last reading ended because nothing came in time.
    private(set) var isSilent = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
        setTimeout(seconds: 5)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close() }

    /// Connects over loopback.
    convenience init(port: Int, v6: Bool = false) throws {
        let descriptor = socket(v6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var result: Int32 = -1
        if v6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = UInt16(port).bigEndian
            address.sin6_addr = in6addr_loopback
            result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
        }
        guard result == 0 else {
            Glibc.close(descriptor)
            throw POSIXError(.ECONNREFUSED)
        }
        self.init(descriptor: descriptor)
    }

    func setTimeout(seconds: Double) {
        var time = timeval(tv_sec: Int(seconds), tv_usec: Int((seconds - seconds.rounded(.down)) * 1_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// - Returns: false where the peer is gone or takes nothing more.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// What one reading gives: nil at the end, after a reset, or where nothing came in time.
    func receive(most: Int = 65_536) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &buffer, most, 0)
        isSilent = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Everything until the peer closes.
    func receiveAll() -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = receive() { all += bytes }
        return all
    }

    /// Whether the peer has closed by the timeout, with nothing more sent.
    func isClosed() -> Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, 0)
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    func shutdownOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Reads one reply: head, and the body its Content-Length or chunks delimit; nil where none comes.
    func reply(toHead isHead: Bool = false) -> RawReply? {
        var bytes = leftover
        leftover = []
        while true {
            if let reply = RawReply(bytes, isHead: isHead, atEnd: false) {
                leftover = reply.rest
                return reply
            }
            guard let more = receive() else { return RawReply(bytes, isHead: isHead, atEnd: true) }
            bytes += more
        }
    }
}
