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
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.connectTimeout, value: .seconds(Int64(settings.limits.connectSeconds)))
            .channelOption(.recvAllocator, value: StreamOptions.readBuffers)
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

/// How bytes are read and held on both sides. Two directions of a pair hold at most a reading and the high-water mark each: 256 KiB.
enum StreamOptions {
    static let readBuffers = AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 16_384, maximum: 65_536)
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 16_384, high: 65_536)
}
