import PatternMatching
import ProxyProtocols

/// The configuration as every loop uses it: read once, replaced as a whole on a reload.
final class ProxySettings: Sendable {
    let configuration: ProxyConfiguration
    let allowed: ClientRanges
    let trusted: ClientRanges
    let egress: EgressRules
    let heads: HeadLimits
    let forwarding: ForwardingOptions
    let gate: RequestGate

    var limits: ProxyLimits { configuration.limits }
    private var hasTrustedPeers: Bool { !configuration.trustedPeers.isEmpty }

    /// Whether this address may speak for others.
    func isTrusted(_ peer: IPAddress) -> Bool { hasTrustedPeers && trusted.contains(peer) }

    /// - Throws: ``RangeError`` for a range that cannot be read.
    init(
        _ configuration: ProxyConfiguration, instance: String, neighbours: NeighbourTable,
        listeners: @escaping @Sendable () -> [ListenerAddress]
    ) throws(RangeError) {
        self.configuration = configuration
        gate = RequestGate(configuration, instance: instance)
        allowed = try ClientRanges(configuration.allowClients)
        trusted = try ClientRanges(configuration.trustedPeers, key: "proxy.trusted-peers")
        egress = try EgressRules(
            deny: configuration.egressDeny, allow: configuration.egressAllow, neighbours: neighbours, listeners: listeners)
        let limits = configuration.limits
        heads = HeadLimits(
            headBytes: limits.headBytes, headFields: limits.headFields, fieldBytes: limits.fieldBytes, targetBytes: limits.targetBytes)
        forwarding = ForwardingOptions(
            via: configuration.via ? instance : nil,
            forwardedFor: ForwardingOptions.ForwardedFor(configuration.forwardedFor))
    }
}

extension ForwardingOptions.ForwardedFor {
    init(_ mode: ProxyConfiguration.ForwardedForMode) {
        switch mode {
        case .off: self = .off
        case .on: self = .on
        case .delete: self = .delete
        }
    }
}
