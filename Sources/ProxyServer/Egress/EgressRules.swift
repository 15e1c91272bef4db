public import PatternMatching
public import ProxyProtocols

/// Which addresses requests may be sent to (SECURITY.md, S1 to S3): looked at after resolution, for every address a name stands for.
public struct EgressRules: Sendable {
    private let denied: [EgressClass]
    private let allowed: [IPPrefix]
    private let neighbours: NeighbourTable
    private let listeners: @Sendable () -> [ListenerAddress]

    /// - Parameters:
    ///   - deny: words of ``EgressClass``.
    ///   - allow: CIDRs and addresses exempt from `deny`.
    ///   - neighbours: knows the machine's own addresses.
    ///   - listeners: every listener of this program, with the ports bound. Whatever `allow` says, none of their ports is reachable at any of
    ///     the machine's own addresses. Called for own addresses only.
    /// - Throws: ``RangeError`` for the first word that is none of these.
    public init(
        deny: [String], allow: [String], neighbours: NeighbourTable, listeners: @escaping @Sendable () -> [ListenerAddress]
    ) throws(RangeError) {
        var denied: [EgressClass] = []
        for word in deny {
            guard let one = EgressClass(rawValue: word) else { throw RangeError(key: "egress.deny", value: word) }
            denied.append(one)
        }
        var allowed: [IPPrefix] = []
        for word in allow {
            guard let prefix = IPPrefix(word) else { throw RangeError(key: "egress.allow", value: word) }
            allowed.append(prefix)
        }
        self.denied = denied
        self.allowed = allowed
        self.neighbours = neighbours
        self.listeners = listeners
    }

    /// - Returns: nil where a connection to this address and port may be made.
    public func check(_ address: IPAddress, port: UInt16) -> Refusal? {
        let inside = EmbeddedAddress.inside(address)
        if isOwnListener(address, port) || inside.map({ isOwnListener($0, port) }) == true {
            return Self.refusal("one of Weir's own listeners")
        }
        // An exception for the outer form does not open the inner one, nor the other way about.
        return checkClass(address) ?? inside.flatMap(checkClass)
    }

    /// One forbidden address forbids the name (S3): a mixed answer is an attack or a mistake.
    public func check(_ addresses: [ResolvedAddress], port: UInt16) -> Refusal? {
        for address in addresses {
            if let refusal = check(address.address, port: port) { return refusal }
        }
        return nil
    }

    private func checkClass(_ address: IPAddress) -> Refusal? {
        for one in denied where one.contains(address) {
            return allowed.contains { $0.contains(address) } ? nil : Self.refusal("a \(one.rawValue) address")
        }
        return nil
    }

    private func isOwnListener(_ address: IPAddress, _ port: UInt16) -> Bool {
        neighbours.isOwn(address) && listeners().contains { $0.port == port }
    }

    private static func refusal(_ detail: String) -> Refusal { Refusal(status: 403, code: "egress-denied", detail: detail) }
}
