import Glibc
import NIOCore
import PatternMatching

/// Opens listeners.
enum Listening {
    /// Connections of a listening socket of the proxy, accepted by one loop.
    /// - Parameter spread: the loops that take them on in turn; empty where the one that accepts keeps them. No two accept from one socket: the
    ///   slower would be woken for nothing.
    static func accept(from socket: ListeningSocket, on loop: ProxyLoop, spread: [ProxyLoop]) async throws -> OpenListener {
        let descriptor = try socket.copy()
        return try await open(descriptor, on: loop) {
            if spread.isEmpty { return { admit($0, peer: $1, to: loop) } }
            var turn = 0
            return { accepted, peer in
                let next = spread[turn % spread.count]
                turn &+= 1
                next.eventLoop.perform { admit(accepted, peer: peer, to: next) }
            }
        }
    }

    /// A listener that gives devices the PAC file and nothing else.
    static func openPlain(_ address: ListenerAddress, on loop: ProxyLoop, proxyPort: UInt16) async throws -> OpenListener {
        let socket = try ListeningSocket(address, shared: false)
        return try await open(socket.descriptor, on: loop, bound: socket.address) {
            let places = PlainPlaces(sockets: loop.parts.sockets)
            return { admitPlainly($0, peer: $1, to: loop, places, proxyPort: proxyPort) }
        }
    }

    private static func admitPlainly(_ accepted: CInt, peer: IPAddress, to loop: ProxyLoop, _ places: PlainPlaces, proxyPort: UInt16) {
        guard loop.settings.allowed.contains(peer) else { return refuse(accepted) }
        switch places.enter(peer, limits: loop.settings.limits, makingRoom: loop.closeOldestIdle) {
        case .entered: break
        case .full:
            loop.counters.overConnections += 1
            return refuse(accepted, on: loop)
        case .clientHasEnough:
            loop.counters.overConnectionsPerClient += 1
            return refuse(accepted, on: loop)
        }
        guard let stream = try? StreamSocket(accepted: accepted, on: loop.eventLoop, mostRead: StreamSizes.clientReads) else {
            return places.leave(peer)
        }
        PlainConnection(loop: loop, socket: stream, proxyPort: proxyPort) { places.leave(peer) }.begin()
    }

    /// - Parameters:
    ///   - descriptor: the listener's from here on.
    ///   - taking: called on the loop for what is to be done with each connection.
    private static func open(
        _ descriptor: CInt, on loop: ProxyLoop, bound: ListenerAddress? = nil,
        taking: @escaping @Sendable () -> (CInt, IPAddress) -> Void
    ) async throws -> OpenListener {
        do {
            let listener = try await loop.eventLoop.submit {
                UncheckedBox(try Listener(descriptor, on: loop.eventLoop, taken: taking()))
            }.get()
            return OpenListener(listener: listener, loop: loop.eventLoop, address: bound)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Takes a connection on, or closes it quickly: over a limit nobody is left waiting.
    private static func admit(_ accepted: CInt, peer: IPAddress, to loop: ProxyLoop) {
        loop.counters.acceptedConnections += 1
        let limits = loop.settings.limits
        guard loop.enterSocket() else {
            loop.counters.overConnections += 1
            return refuse(accepted, on: loop)
        }
        // A trusted peer brings many clients: they are counted as they are named.
        let isCounted = !loop.settings.isTrusted(peer)
        guard !isCounted || loop.parts.clients.enter(peer, most: limits.connectionsPerClient) else {
            loop.parts.sockets.leave()
            loop.counters.overConnectionsPerClient += 1
            return refuse(accepted, on: loop)
        }
        guard let stream = try? StreamSocket(accepted: accepted, on: loop.eventLoop, mostRead: StreamSizes.clientReads) else {
            loop.parts.sockets.leave()
            if isCounted { loop.parts.clients.leave(peer) }
            return
        }
        ClientConnection(loop: loop, peer: peer, socket: stream, isCounted: isCounted).begin()
    }

    /// A flood is not answered one by one: beyond a few at a time, connections are closed without a word, so that refusing costs no
    /// descriptors.
    private static func refuse(_ accepted: CInt, on loop: ProxyLoop) {
        guard loop.refusing < OverloadReply.most, loop.parts.refusals.enter(limit: OverloadReply.mostOfAll) else { return refuse(accepted) }
        guard let stream = try? StreamSocket(accepted: accepted, on: loop.eventLoop, mostRead: StreamSizes.clientReads) else {
            return loop.parts.refusals.leave()
        }
        OverloadReply(loop: loop, socket: stream).begin()
    }

    private static func refuse(_ accepted: CInt) { close(accepted) }
}

/// A listener on its loop, from outside it.
struct OpenListener: Sendable {
    fileprivate let listener: UncheckedBox<Listener>
    fileprivate let loop: SocketLoop
    /// Where it was bound by the one who opened it.
    let address: ListenerAddress?

    func close() async { try? await loop.submit { listener.value.close() }.get() }
}

/// `@unchecked Sendable`: what is in it is touched on its loop only.
private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
