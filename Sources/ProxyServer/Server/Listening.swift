import NIOCore
import NIOPosix
import PatternMatching

#if canImport(Glibc)
    import Glibc
#endif

/// Opens listeners.
enum Listening {
    /// Connections of a listening socket of the proxy, accepted by one loop.
    /// - Parameters:
    ///   - spread: the loops that take them on in turn; nil where the one that accepts keeps them. No two accept from one socket: the slower
    ///     would be woken for nothing.
    ///   - owner: the proxy's loop of an event loop.
    static func accept(
        from socket: ListeningSocket, on loop: ProxyLoop, spread: (any EventLoopGroup)?,
        owner: @escaping @Sendable (any EventLoop) -> ProxyLoop
    ) async throws -> any Channel {
        let descriptor = try socket.copy()
        return try await bootstrap(on: loop, spread: spread ?? loop.eventLoop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try admit(channel, to: spread == nil ? loop : owner(channel.eventLoop)) }
            }
            .withBoundSocket(descriptor).get()
    }

    /// A listener that gives devices the PAC file and nothing else.
    static func openPlain(_ address: ListenerAddress, on loop: ProxyLoop, proxyPort: UInt16) async throws -> any Channel {
        let target = try SocketAddress(address.address, port: address.port)
        return try await bootstrap(on: loop, spread: loop.eventLoop)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.ipOption(.init(rawValue: IPV6_V6ONLY), isV6: !address.address.isV4), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard loop.parts.sockets.enter(limit: loop.settings.limits.connections) else {
                        loop.counters.overConnections += 1
                        return channel.close(promise: nil)
                    }
                    try channel.pipeline.syncOperations.addHandler(PlainListenerHandler(loop: loop, proxyPort: proxyPort))
                }
            }
            .bind(to: target).get()
    }

    private static func bootstrap(on loop: ProxyLoop, spread: any EventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: loop.eventLoop, childGroup: spread)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptPause()) }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: StreamOptions.clientReads)
            .childChannelOption(.writeBufferWaterMark, value: StreamOptions.waterMark)
    }

    /// Takes a connection on, or closes it quickly: over a limit nobody is left waiting.
    private static func admit(_ channel: any Channel, to loop: ProxyLoop) throws {
        loop.counters.acceptedConnections += 1
        guard let peer = channel.remoteAddress?.ip else { return channel.close(promise: nil) }
        let limits = loop.settings.limits
        guard loop.parts.sockets.enter(limit: limits.connections) else {
            loop.counters.overConnections += 1
            return try refuse(channel, on: loop)
        }
        guard loop.parts.clients.enter(peer, most: limits.connectionsPerClient) else {
            loop.parts.sockets.leave()
            loop.counters.overConnectionsPerClient += 1
            return try refuse(channel, on: loop)
        }
        try channel.pipeline.syncOperations.addHandler(ClientConnection(loop: loop, peer: peer))
    }

    /// A flood is not answered one by one: beyond a few at a time, connections are closed without a word, so that refusing costs no
    /// descriptors.
    private static func refuse(_ channel: any Channel, on loop: ProxyLoop) throws {
        guard loop.refusing < OverloadHandler.most else { return channel.close(promise: nil) }
        try channel.pipeline.syncOperations.addHandler(OverloadHandler(loop: loop))
    }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    /// An option of the IPv6 level, left as it is for IPv4 sockets.
    static func ipOption(_ name: NIOBSDSocket.Option, isV6: Bool) -> Self {
        isV6 ? .init(level: .ipv6, name: name) : .init(level: .socket, name: .so_reuseaddr)
    }
}
