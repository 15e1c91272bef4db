import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct ClientConnectionsTests {
    @Test func countsEachClientOnItsOwn() {
        let connections = ClientConnections()
        let a = IPAddress(v4: 1)
        let b = IPAddress(v4: 2)
        #expect(connections.enter(a, most: 2))
        #expect(connections.enter(a, most: 2))
        #expect(!connections.enter(a, most: 2))
        #expect(connections.count(a) == 2)
        #expect(connections.enter(b, most: 2))
        connections.leave(a)
        #expect(connections.enter(a, most: 2))
        connections.leave(b)
        connections.leave(b)
        #expect(connections.count(b) == 0)
    }
}
