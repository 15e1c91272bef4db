import PatternMatching
import Testing

@testable import AdminWeb

@Suite struct HostRuleTests {
    private let rule = HostRule(names: ["Weir.home.arpa"])

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("127.0.0.1:8080", "127.0.0.1"), ("localhost:8080", "127.0.0.1"), ("[::1]:8080", "::1"),
        ("192.168.1.2:8080", "192.168.1.2"), ("weir.home.arpa", "192.168.1.2"), ("WEIR.HOME.ARPA.:80", "192.168.1.2"),
        ("[fd00::2]", "fd00::2"),
    ])
    func answersToItsOwn(_ host: String, _ local: String) {
        #expect(rule.accepts(host, local: IPAddress(local)))
    }

    @Test(arguments: [
        ("evil.example", "127.0.0.1"), ("localhost", "192.168.1.2"), ("127.0.0.1", "192.168.1.2"), ("192.168.1.3", "192.168.1.2"),
        ("", "127.0.0.1"),
        ("127.0.0.1:x", "127.0.0.1"), ("127.0.0.1:99999", "127.0.0.1"), ("[::1", "::1"), ("weir.home.arpa.evil.example", "127.0.0.1"),
        ("::1", "::1"),
    ])
    func turnsAwayOthers(_ host: String, _ local: String) {
        #expect(!rule.accepts(host, local: IPAddress(local)))
    }

    @Test func nothingIsNoHost() { #expect(!rule.accepts(nil, local: IPAddress("127.0.0.1"))) }
}
