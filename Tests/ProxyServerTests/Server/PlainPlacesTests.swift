import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct PlainPlacesTests {
    @Test(arguments: [
        (connections: 18_000, perClient: 256, mine: 16, all: 128),
        (connections: 80, perClient: 256, mine: 10, all: 10),
        (connections: 800, perClient: 3, mine: 3, all: 100),
        (connections: 4, perClient: 256, mine: 1, all: 1),
    ])
    func fewForOneAndFewForAll(connections: Int, perClient: Int, mine: Int, all: Int) {
        var limits = ProxyLimits()
        (limits.connections, limits.connectionsPerClient) = (connections, perClient)
        let sockets = SocketCount()
        let places = PlainPlaces(sockets: sockets)
        var held = 0
        for _ in 0..<300 where places.enter(IPAddress(v4: 1), limits: limits) == .entered { held += 1 }
        #expect(held == mine)
        for client in 2..<500 as Range<UInt32> where places.enter(IPAddress(v4: client), limits: limits) == .entered { held += 1 }
        #expect(held == all && sockets.count == all)
        #expect(places.enter(IPAddress(v4: 1_000), limits: limits) == .full)
        places.leave(IPAddress(v4: 1))
        #expect(places.enter(IPAddress(v4: 1_000), limits: limits) == .entered)
        #expect(sockets.count == all)
    }

    /// The proxy's own connections may have taken every socket.
    @Test func noMoreThanThereAreSockets() {
        var limits = ProxyLimits()
        limits.connections = 100
        let sockets = SocketCount()
        let places = PlainPlaces(sockets: sockets)
        for _ in 0..<99 { #expect(sockets.enter(limit: 100)) }
        #expect(places.enter(IPAddress(v4: 1), limits: limits) == .entered)
        #expect(places.enter(IPAddress(v4: 2), limits: limits) == .full)
        places.leave(IPAddress(v4: 1))
        #expect(places.enter(IPAddress(v4: 2), limits: limits) == .entered)
    }
}
