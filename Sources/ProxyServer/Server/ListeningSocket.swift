import CNeighbours
import NIOCore
import NIOPosix
import PatternMatching

#if canImport(Glibc)
    import Glibc
#endif

/// A TCP socket that listens. The channels that accept from it hold copies of the descriptor, so that it can be passed to another process, to
/// accept from it before this one has stopped.
public struct ListeningSocket: Sendable, Hashable {
    public let address: ListenerAddress
    public let descriptor: CInt
    /// A socket of `[::]` that takes IPv4 connections too.
    private let isDual: Bool

    private static let backlog: CInt = 1_024

    /// A socket some other process opened: systemd, or the one before this.
    /// - Returns: nil where the descriptor is not a listening TCP socket.
    public init?(descriptor: CInt) {
        var listens: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0, listens != 0,
            let address = Self.address(of: descriptor)
        else { return nil }
        self.descriptor = descriptor
        self.address = address
        var only: CInt = 1
        length = socklen_t(MemoryLayout<CInt>.size)
        let isKnown = getsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &only, &length) == 0
        isDual = isKnown && only == 0 && address.address.high == 0 && address.address.low == 0
        // What it accepts sends without Nagle's delay, too.
        weir_set_nodelay(descriptor)
        // A child that compiles lists has no business with it, and accept must never block a loop.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Binds and listens.
    /// - Parameter shared: others listen at the same address too (SO_REUSEPORT): the kernel spreads connections over them.
    /// - Throws: `IOError` with the system's reason.
    init(_ wanted: ListenerAddress, shared: Bool) throws {
        let target = try SocketAddress(wanted.address, port: wanted.port)
        let opened = weir_stream(wanted.address.isV4 ? 1 : 0)
        guard opened >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        do {
            try Self.set(opened, SOL_SOCKET, SO_REUSEADDR)
            if shared { try Self.set(opened, SOL_SOCKET, SO_REUSEPORT) }
            if !wanted.address.isV4 { try Self.set(opened, CInt(IPPROTO_IPV6), IPV6_V6ONLY) }
            let isBound = target.withSockAddr { bind(opened, $0, socklen_t($1)) }
            guard isBound == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
            weir_set_nodelay(opened)
            guard listen(opened, Self.backlog) == 0 else { throw IOError(errnoCode: errno, reason: "listen") }
        } catch {
            Glibc.close(opened)
            throw error
        }
        descriptor = opened
        isDual = false
        address = Self.address(of: opened) ?? wanted
    }

    /// Whether connections to a configured address arrive here.
    func serves(_ wanted: ListenerAddress) -> Bool {
        if address == wanted { return true }
        return isDual && wanted.port == address.port && wanted.address.isV4 && UInt32(truncatingIfNeeded: wanted.address.low) == 0
    }

    /// A descriptor of the same socket for a channel, which closes it.
    func copy() throws -> CInt {
        let copied = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copied >= 0 else { throw IOError(errnoCode: errno, reason: "dup") }
        return copied
    }

    /// The same socket once more, for who needs it beyond the server's end; nil without a free descriptor.
    public func kept() -> ListeningSocket? { (try? copy()).flatMap { ListeningSocket(descriptor: $0) } }

    func close() { Glibc.close(descriptor) }

    private static func set(_ descriptor: CInt, _ level: CInt, _ name: CInt) throws {
        var one: CInt = 1
        guard setsockopt(descriptor, level, name, &one, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw IOError(errnoCode: errno, reason: "setsockopt")
        }
    }

    /// The address on our side of a connection.
    static func localAddress(of descriptor: CInt) -> (address: IPAddress, port: UInt16)? {
        address(of: descriptor).map { ($0.address, $0.port) }
    }

    private static func address(of descriptor: CInt) -> ListenerAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer -> ListenerAddress? in
            let isKnown = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
            guard isKnown else { return nil }
            switch CInt(pointer.pointee.ss_family) {
            case AF_INET:
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { of(SocketAddress($0.pointee)) }
            case AF_INET6:
                return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { of(SocketAddress($0.pointee)) }
            default: return nil
            }
        }
    }

    private static func of(_ address: SocketAddress) -> ListenerAddress? {
        guard let ip = address.ip, let port = address.port else { return nil }
        return ListenerAddress(address: ip, port: UInt16(clamping: port))
    }
}
