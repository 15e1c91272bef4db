import PatternMatching

/// Connections of a listener that gives devices the PAC file: counted for each client as the proxy's own are, and kept to a small part of all
/// sockets, so that nobody takes the proxy's places by way of it.
final class PlainPlaces: Sendable {
    enum Answer: Equatable { case entered, full, clientHasEnough }

    /// For everybody together, and for one address: a device fetches one file, which takes a moment.
    static let most = 128
    static let mostPerClient = 16

    private let sockets: SocketCount
    private let taken = SocketCount()
    private let clients = ClientConnections()

    /// - Parameter sockets: the proxy's own count, of which these are a part.
    init(sockets: SocketCount) { self.sockets = sockets }

    /// - Parameter makingRoom: asked where all sockets are taken; true where one was closed.
    /// - Returns: anything but `entered` where nothing was counted.
    func enter(_ peer: IPAddress, limits: ProxyLimits, makingRoom: () -> Bool = { false }) -> Answer {
        guard clients.enter(peer, most: min(Self.mostPerClient, limits.connectionsPerClient)) else { return .clientHasEnough }
        if taken.enter(limit: max(1, min(Self.most, limits.connections / 8))) {
            let most = limits.connections
            if sockets.enter(limit: most) || makingRoom() && sockets.enter(limit: most) { return .entered }
            taken.leave()
        }
        clients.leave(peer)
        return .full
    }

    func leave(_ peer: IPAddress) {
        sockets.leave()
        taken.leave()
        clients.leave(peer)
    }
}
