public import PatternMatching

/// A set of addresses as `proxy.allow-clients` and `proxy.trusted-peers` write it: CIDRs, addresses, `private`, `any`.
public struct ClientRanges: Sendable {
    private let prefixes: [IPPrefix]
    private let any: Bool

    /// - Throws: ``RangeError`` for the first word that is none of these.
    public init(_ words: [String], key: String = "proxy.allow-clients") throws(RangeError) {
        var prefixes: [IPPrefix] = []
        var any = false
        for word in words {
            if word == "any" {
                any = true
            } else if word == "private" {
                prefixes += Self.home
            } else if let prefix = IPPrefix(word) {
                prefixes.append(prefix)
            } else {
                throw RangeError(key: key, value: word)
            }
        }
        self.prefixes = prefixes
        self.any = any
    }

    public func contains(_ address: IPAddress) -> Bool { any || prefixes.contains { $0.contains(address) } }

    /// Loopback, RFC 1918, ULA (RFC 4193) and link-local: addresses that a stranger on the Internet cannot have.
    private static let home = [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1", "fc00::/7", "fe80::/10",
    ].compactMap(IPPrefix.init)
}
