import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct FixedNamesTests {
    @Test(arguments: [
        ("a.test", "10.0.0.1"), ("b.test", "10.0.0.2"), ("x.b.test", "10.0.0.3"), ("y.x.b.test", "10.0.0.3"), ("test", "10.0.0.9"),
        ("elsewhere", "10.0.0.9"),
    ]) func exactThenLongestWildcardThenAny(name: String, address: String) throws {
        let names = try FixedNames(
            NamesConfiguration(
                servers: [], hosts: ["a.test": "10.0.0.1", "*.test": "10.0.0.2", "*.b.test": "10.0.0.3", "*": "10.0.0.9"]
            ).hosts)
        #expect(names.addresses(of: name)?.map(\.address.description) == [address])
    }

    @Test func hostsFile() {
        let file = HostsFile(
            Array("127.0.0.1\tlocalhost # me\n::1 localhost ip6\r\n# 10.0.0.1 no\n\nnonsense x\n10.0.0.7  Printer printer.home\n".utf8))
        #expect(file.names["localhost"]?.map(\.address.description) == ["127.0.0.1", "::1"])
        #expect(file.names["printer"]?.count == 1)
        #expect(file.names["printer.home"]?.count == 1)
        #expect(file.names["x"] == nil)
        #expect(file.names["no"] == nil)
    }
}
