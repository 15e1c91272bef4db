/// The proxy's part of the configuration as plain values: the keys `proxy`, `egress`, `names`, `portal` and `limits` of OPERATION.
///
/// Ranges of addresses are kept as they are written and read by the matchers made from them (`ClientRanges`, `EgressRules`), whose
/// initialisers refuse what they cannot read; whoever reads the configuration file calls these to check it.
public struct ProxyConfiguration: Sendable, Hashable {
    public enum Authentication: String, Sendable, Hashable, CaseIterable { case off, basic }
    public enum ForwardedForMode: String, Sendable, Hashable, CaseIterable { case off, on, delete }

    public var listen: [ListenerAddress] = []
    /// CIDRs, addresses, `private` or `any`.
    public var allowClients = ["private"]
    /// Ports a CONNECT may ask for.
    public var connectPorts: [ClosedRange<UInt16>] = [443...443]
    /// Ports of other requests, and of WebSocket upgrades.
    public var httpPorts: [ClosedRange<UInt16>] = [80...80, 443...443, 1024...65_535]
    public var authentication = Authentication.off
    /// CIDRs, addresses, `private` or `any`: who may send PROXY protocol headers or `X-Forwarded-For`.
    public var trustedPeers: [String] = []
    /// 0: one for each core.
    public var eventLoops = 0
    public var via = true
    /// Whether TRACE is taken; its echo shows no credentials and no cookies.
    public var trace = false
    /// `off` leaves the field as it came, `on` adds the client's address, `delete` removes it.
    public var forwardedFor = ForwardedForMode.delete
    /// Classes `private`, `link-local`, `multicast`, `reserved`, `metadata`.
    public var egressDeny = ["private", "link-local", "multicast", "reserved", "metadata"]
    /// CIDRs and addresses exempt from `egressDeny`.
    public var egressAllow: [String] = []
    /// DNS servers and fixed names.
    public var names = NamesConfiguration()
    /// The portal's name, in lower case.
    public var portalName = "weir.internal"
    public var portalListen: [ListenerAddress] = []
    public var limits = ProxyLimits()

    public init() {}
}

extension [ClosedRange<UInt16>] {
    func allows(_ port: UInt16) -> Bool { contains { $0.contains(port) } }
}
