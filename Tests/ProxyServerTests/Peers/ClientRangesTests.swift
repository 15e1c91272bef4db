import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct ClientRangesTests {
    @Test(arguments: [
        (["private"], "192.168.1.4", true), (["private"], "10.9.9.9", true), (["private"], "127.0.0.1", true), (["private"], "::1", true),
        (["private"], "fd12::1", true), (["private"], "fe80::1", true), (["private"], "::ffff:192.168.1.4", true),
        (["private"], "8.8.8.8", false), (["private"], "2a00::1", false), (["private"], "100.64.0.1", false), (["any"], "8.8.8.8", true),
        (["any"], "2a00::1", true), (["203.0.113.0/24"], "203.0.113.9", true), (["203.0.113.0/24"], "203.0.114.9", false),
        (["203.0.113.0/24", "private"], "10.0.0.1", true), (["2a00::/16"], "2a00::1", true), ([], "127.0.0.1", false),
    ]) func contains(words: [String], address: String, isIn: Bool) throws {
        #expect(try ClientRanges(words).contains(#require(IPAddress(address))) == isIn)
    }

    @Test(arguments: ["", "Private", "10.0.0.0/33", "example.com", "10.0.0.*"]) func wordsThatAreNone(word: String) {
        #expect(throws: RangeError(key: "proxy.trusted-peers", value: word)) { try ClientRanges([word], key: "proxy.trusted-peers") }
    }
}
