import PatternMatching
import ProxyProtocols
import Testing

@testable import ProxyServer

@Suite struct EgressRulesTests {
    private static let all = EgressClass.allCases.map(\.rawValue)

    private func rules(allow: [String] = [], listeners: [ListenerAddress] = []) throws -> EgressRules {
        try EgressRules(deny: Self.all, allow: allow, neighbours: NeighbourTable(), listeners: { listeners })
    }

    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test(arguments: [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
        "100.127.255.255", "169.254.0.1", "169.254.169.254", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1",
        "198.18.0.1", "198.51.100.9", "203.0.113.5", "192.0.0.8", "192.88.99.1", "168.63.129.16", "100.100.100.200", "::", "::1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "100::1", "2001:10::1", "5f00::1", "4000::1",
        "::7f00:1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
        "2002:c0a8:101::", "2001:0:5ef5:79fb:0:0:f5ff:fffe",
    ]) func denied(text: String) throws {
        let refusal = try #require(try rules().check(try address(text), port: 80))
        #expect(refusal.status == 403)
        #expect(refusal.code == "egress-denied")
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1",
        "192.169.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808", "2002:808:808::1", "2400::1",
    ]) func reachable(text: String) throws {
        #expect(try rules().check(try address(text), port: 443) == nil)
    }

    @Test func exceptions() throws {
        let rules = try rules(allow: ["127.0.0.0/8", "10.1.0.0/16", "fd00::/8"])
        for text in ["127.0.0.1", "10.1.2.3", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a01:203"] {
            #expect(rules.check(try address(text), port: 80) == nil, "\(text)")
        }
        for text in ["10.2.0.1", "::1", "169.254.169.254", "2002:a02:1::"] {
            #expect(rules.check(try address(text), port: 80) != nil, "\(text)")
        }
    }

    @Test func classesOneByOne() throws {
        let open = try EgressRules(deny: ["metadata"], allow: [], neighbours: NeighbourTable(), listeners: { [] })
        #expect(open.check(try address("127.0.0.1"), port: 80) == nil)
        #expect(open.check(try address("169.254.0.1"), port: 80) == nil)
        #expect(open.check(try address("169.254.169.254"), port: 80) != nil)
        #expect(open.check(try address("64:ff9b::a9fe:a9fe"), port: 80) != nil)
    }

    @Test func ownListenersWhateverIsAllowed() throws {
        let neighbours = NeighbourTable()
        let listeners = [
            ListenerAddress(address: IPAddress(v4: 0), port: 3128), ListenerAddress(address: IPAddress(v4: 0x7f00_0001), port: 8080),
        ]
        let rules = try EgressRules(
            deny: Self.all, allow: ["0.0.0.0/0", "::/0"], neighbours: neighbours, listeners: { listeners })
        for text in ["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "64:ff9b::7f00:1", "2002:7f00:1::"]
            + neighbours.ownAddresses.map(\.description)
        {
            #expect(rules.check(try address(text), port: 3128) != nil, "\(text)")
            #expect(rules.check(try address(text), port: 8080) != nil, "\(text)")
            #expect(rules.check(try address(text), port: 80) == nil, "\(text)")
        }
        #expect(rules.check(try address("1.1.1.1"), port: 3128) == nil)
    }

    @Test func oneForbiddenAnswerForbidsTheName() throws {
        let good = ResolvedAddress(try address("1.1.1.1"))
        let bad = ResolvedAddress(try address("10.0.0.1"))
        #expect(try rules().check([good, good], port: 80) == nil)
        #expect(try rules().check([good, bad], port: 80)?.code == "egress-denied")
        #expect(try rules().check([bad, good], port: 80)?.code == "egress-denied")
    }

    @Test func wordsThatAreNone() {
        let table = NeighbourTable()
        #expect(throws: RangeError(key: "egress.deny", value: "secret")) {
            try EgressRules(deny: ["secret"], allow: [], neighbours: table, listeners: { [] })
        }
        #expect(throws: RangeError(key: "egress.allow", value: "10.0.0.0/33")) {
            try EgressRules(deny: [], allow: ["10.0.0.0/33"], neighbours: table, listeners: { [] })
        }
    }
}
