import PatternMatching
import Testing

@testable import ProxyProtocols

/// SECURITY.md B7: an address is believed as far as the peers that wrote it are trusted.
@Suite struct ForwardedForTests {
    @Test(arguments: [
        ("X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4"), ("X-Forwarded-For: 1.2.3.4, 10.0.0.2\r\n", "1.2.3.4"),
        ("X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n", "1.2.3.4"),
        ("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4,10.0.0.2\r\n", "1.2.3.4"),
        ("X-Forwarded-For: 10.0.0.3\r\n", "10.0.0.3"), ("X-Forwarded-For: x\r\n", "10.0.0.1"),
        ("X-Forwarded-For: 1.2.3.4, x\r\n", "10.0.0.1"),
        ("X-Forwarded-For: 1.2.3.4, , 10.0.0.2\r\n", "10.0.0.2"), ("X-Forwarded-For: 1.2.3.4:5678\r\n", "1.2.3.4"),
        ("X-Forwarded-For: [2001:db8::1]:5678\r\n", "2001:db8::1"), ("X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1"), ("", "10.0.0.1"),
        ("X-Forwarded-For:\r\n", "10.0.0.1"),
    ])
    func believesTrustedPeers(fields: String, client: String) throws {
        let head = try #require(request(get(fields)))
        let network = try #require(IPPrefix("10.0.0.0/8"))
        let peer = try #require(IPAddress("10.0.0.1"))
        #expect(ForwardedFor.client(peer: peer, head: head, isTrusted: network.contains).description == client)
    }

    @Test func believesNobodyElse() throws {
        let head = try #require(request(get("X-Forwarded-For: 1.2.3.4\r\n")))
        let peer = try #require(IPAddress("192.0.2.1"))
        #expect(ForwardedFor.client(peer: peer, head: head, isTrusted: { _ in false }) == peer)
    }

    /// D4
    @Test func manyElementsAreRead() throws {
        let head = try #require(request(get("X-Forwarded-For: " + String(repeating: "10.0.0.2,", count: 3_600) + "10.0.0.2\r\n")))
        let peer = try #require(IPAddress("10.0.0.1"))
        #expect(ForwardedFor.client(peer: peer, head: head, isTrusted: { _ in true }).description == "10.0.0.2")
    }
}
