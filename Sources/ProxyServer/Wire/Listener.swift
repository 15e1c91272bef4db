import CNeighbours
import Glibc
import NIOCore
import PatternMatching

/// A listening socket on a socket loop. Stops accepting for a moment when a connection cannot be accepted, as without a free descriptor: the
/// kernel would report the same waiting connection again and again (SECURITY.md D2).
final class Listener: Watched {
    static let pause = TimeAmount.milliseconds(200)
    private static let mostAtOnce = 32

    private let loop: SocketLoop
    private let taken: (CInt, IPAddress) -> Void
    private var isOpen = true
    /// How many are accepted in one turn: one while they come one by one, which saves the call that finds nothing; more while they queue.
    private var atOnce = 1

    /// On the loop.
    /// - Parameters:
    ///   - descriptor: is closed with the listener.
    ///   - taken: is given each connection and its peer.
    /// - Throws: `IOError` where it cannot be watched.
    init(_ descriptor: CInt, on loop: SocketLoop, taken: @escaping (CInt, IPAddress) -> Void) throws {
        self.loop = loop
        self.taken = taken
        super.init(descriptor: descriptor)
        try loop.watch(self)
    }

    override func happened(_ what: UInt32) {
        for _ in 0..<atOnce {
            guard isOpen else { return }
            var peer = sockaddr_storage()
            let accepted = weir_accept(descriptor, &peer)
            guard accepted >= 0 else { return refused(errno) }
            if let address = withUnsafeBytes(of: &peer, { $0.baseAddress.flatMap { IPAddress(socketAddress: $0) } }) {
                taken(accepted, address)
            } else {
                Glibc.close(accepted)
            }
        }
        atOnce = min(atOnce * 2, Self.mostAtOnce)
    }

    private func refused(_ code: CInt) {
        atOnce = 1
        switch code {
        // No connection, or one that has gone again.
        case EAGAIN, EINTR, ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET, ENOPROTOOPT, EOPNOTSUPP:
            return
        default: rest()
        }
    }

    private func rest() {
        loop.unwatch(self)
        let later = NIODeadline.now() + Self.pause
        _ = loop.perform(at: later.uptimeNanoseconds) {
            if self.isOpen, (try? self.loop.watch(self)) == nil { self.rest() }
        }
    }

    /// Accepts no more; connections that wait are left to whoever else holds the socket. On the loop.
    func close() {
        guard isOpen else { return }
        isOpen = false
        loop.unwatch(self)
        Glibc.close(descriptor)
    }

    override func loopEnded() { close() }
}
