import PatternMatching

/// A class of addresses that requests may not reach unless the configuration says so: the words of `egress.deny`.
public enum EgressClass: String, Sendable, Hashable, CaseIterable {
    /// Networks nobody outside can reach: RFC 1918, ULA, loopback, 0/8, CGNAT (RFC 6598), site-local, the local NAT64 prefix (RFC 8215).
    case `private`
    case linkLocal = "link-local"
    case multicast
    /// Documentation, benchmarking, protocol assignments (Teredo and ORCHID among them), class E, broadcast, IPv6 outside 2000::/3.
    case reserved
    /// Where clouds give a machine its own credentials.
    case metadata
}

extension EgressClass {
    /// Whether the address itself is of this class; forms that carry another address inside are taken apart by ``EmbeddedAddress``.
    func contains(_ address: IPAddress) -> Bool {
        if self == .reserved, Self.isOutsideGlobal(address) { return true }
        return Self.prefixes[self]?.contains { $0.contains(address) } ?? false
    }

    /// Outside global unicast 2000::/3 (RFC 4291 section 2.4), and nothing that a class of its own or its embedded address decides.
    private static func isOutsideGlobal(_ address: IPAddress) -> Bool {
        !address.isV4 && address.high >> 61 != 0b001 && !decidedElsewhere.contains { $0.contains(address) }
    }

    private static let decidedElsewhere = ["::", "::1", "64:ff9b::/96", "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"]
        .compactMap(IPPrefix.init)

    /// IANA's special-purpose registries (RFC 6890 and its updates).
    private static let prefixes: [EgressClass: [IPPrefix]] = [
        .private: [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::", "::1", "64:ff9b:1::/48",
            "fc00::/7", "fec0::/10",
        ],
        .linkLocal: ["169.254.0.0/16", "fe80::/10"],
        .multicast: ["224.0.0.0/4", "ff00::/8"],
        .reserved: [
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "3fff::/20",
        ],
        .metadata: [
            "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254",
            "fd00:ec2::23", "fd20:ce::254",
        ],
    ].mapValues { $0.compactMap(IPPrefix.init) }
}
