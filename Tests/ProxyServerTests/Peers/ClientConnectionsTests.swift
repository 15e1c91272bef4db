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

    @Test("An IPv6 client is its /64, an IPv4 client its address")
    func countsNetworks() throws {
        let connections = ClientConnections()
        for (text, isTaken) in [
            ("2001:db8:0:1::1", true), ("2001:db8:0:1:ffff::2", true), ("2001:db8:0:1::3", false), ("2001:db8:0:2::1", true),
            ("192.0.2.1", true), ("192.0.2.2", true), ("192.0.2.1", true), ("::ffff:192.0.2.1", false), ("::1", true),
        ] {
            #expect(connections.enter(try #require(IPAddress(text)), most: 2) == isTaken, "\(text)")
        }
        connections.leave(try #require(IPAddress("2001:db8:0:1::9")))
        #expect(connections.count(try #require(IPAddress("2001:db8:0:1::1"))) == 1)
        #expect(connections.enter(try #require(IPAddress("2001:db8:0:1::3")), most: 2))
    }
}
