import NIOCore
import NIOPosix
import PatternMatching

/// No more sockets may be opened.
struct SocketLimitReached: Error {}

extension ProxyLoop {
    /// Opens a connection to an address that was checked.
    /// - Returns: fails with ``SocketLimitReached`` or the connection's error.
    func connect(_ key: UpstreamKey) -> EventLoopFuture<UpstreamConnection> {
        guard parts.sockets.enter(limit: settings.limits.connections) else {
            counters.overConnections += 1
            return eventLoop.makeFailedFuture(SocketLimitReached())
        }
        guard let target = try? SocketAddress(key.address, port: key.port) else {
            parts.sockets.leave()
            return eventLoop.makeFailedFuture(ChannelError.unknownLocalAddress)
        }
        counters.upstreamDialled += 1
        let connection = UpstreamConnection(key: key, loop: self)
        return ClientBootstrap(group: eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.connectTimeout, value: .seconds(Int64(settings.limits.connectSeconds)))
            .channelOption(.recvAllocator, value: StreamOptions.originReads)
            .channelOption(.writeBufferWaterMark, value: StreamOptions.waterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(connection) }
            }
            .connect(to: target)
            .map { _ in
                self.counters.upstreamConnections += 1
                return connection
            }
            .flatMapErrorThrowing { error in
                self.parts.sockets.leave()
                throw error
            }
    }

    /// A connection that had come up is closed.
    func upstreamGone(_ connection: UpstreamConnection) {
        pool.remove(connection)
        counters.upstreamConnections -= 1
        parts.sockets.leave()
    }

    /// Keeps a connection whose reply was read to its end.
    func keep(_ connection: UpstreamConnection) {
        connection.owner = nil
        guard connection.isOpen, !isDraining, pool.put(connection) else { return connection.close() }
        connection.idleSince = steady
        connection.isReused = true
        connection.wantsRead = true
    }
}

/// How bytes are read and held on both sides. What one pair holds at most (SECURITY.md D3, 256 KiB): from the client 16 KiB waiting and one
/// reading, and as much again with the mark towards the origin (128 KiB); from the origin one reading and the mark (96 KiB).
enum StreamOptions {
    static let clientReads = AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 4_096, maximum: 32_768)
    static let originReads = AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 16_384, maximum: 65_536)
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 8_192, high: 32_768)
}
