import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct NamesConfigurationTests {
    @Test(arguments: [
        ("9.9.9.9", "9.9.9.9:53"), ("9.9.9.9:5353", "9.9.9.9:5353"), ("[2620:fe::fe]:53", "[2620:fe::fe]:53"),
        ("2620:fe::fe", "[2620:fe::fe]:53"), ("[2620:fe::fe]:853", "[2620:fe::fe]:853"),
    ]) func servers(text: String, read: String) throws {
        #expect(NamesConfiguration.Server(text)?.description == read)
    }

    @Test(arguments: ["", "dns.example", "9.9.9.9:", "9.9.9.9:0", "9.9.9.9:65536", "9.9.9.9:+53", "[9.9.9.9", "1:2", "::1:53:"])
    func noServers(text: String) {
        #expect(NamesConfiguration.Server(text) == nil)
        #expect(throws: RangeError.self) { try NamesConfiguration(servers: [text], hosts: [:]) }
    }

    @Test func hostsInAnySpelling() throws {
        let read = try NamesConfiguration(
            servers: [], hosts: ["Intranet.Example.": "10.0.0.5", "*.TEST": "127.0.0.1", "bücher.example": "::1"])
        #expect(Set(read.hosts.keys) == ["intranet.example", "*.test", "xn--bcher-kva.example"])
    }

    @Test(arguments: [("a.test", "nowhere"), ("a b", "10.0.0.1"), ("*.", "10.0.0.1"), ("10.0.0.1", "10.0.0.2"), ("", "10.0.0.1")])
    func hostsThatAreNone(name: String, address: String) {
        #expect(throws: RangeError.self) { try NamesConfiguration(servers: [], hosts: [name: address]) }
    }
}
