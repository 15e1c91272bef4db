import PatternMatching
import ProxyProtocols

/// What the configuration says about a request before any rule is asked.
enum GateAnswer: Equatable {
    case pass
    case refuse(Refusal)
    /// `OPTIONS *`, or Max-Forwards has run out: answered here.
    case answerHere
    /// For the portal's name: answered by the portal.
    case portal
    /// A CONNECT to an HTTP port: accepted only if its first bytes are an upgrade (SECURITY.md X3).
    case upgradeOnly
}

/// Checks a request against the configuration.
struct RequestGate {
    private let connectPorts: [ClosedRange<UInt16>]
    private let httpPorts: [ClosedRange<UInt16>]
    private let portal: [UInt8]
    private let instance: String
    private let takesTrace: Bool

    /// - Parameter instance: our own name in Via.
    init(_ configuration: ProxyConfiguration, instance: String) {
        connectPorts = configuration.connectPorts
        httpPorts = configuration.httpPorts
        portal = Array(configuration.portalName.utf8)
        self.instance = instance
        takesTrace = configuration.trace
    }

    /// - Parameter isClient: `allow-clients` names the address that asks.
    func check(_ head: RequestHead, isClient: Bool) -> GateAnswer {
        guard isClient else { return .refuse(Refusal(status: 403, code: "not-a-client", detail: "this address may not use the proxy")) }
        if Via.contains(instance, in: head) { return .refuse(.loop) }
        if head.method == .trace {
            guard takesTrace else { return .refuse(.methodNotAllowed) }
            // RFC 9110, 9.3.8: it has no content.
            guard head.framing == .none else { return .refuse(Refusal(status: 400, code: "bad-framing", detail: "TRACE with a body")) }
        }
        if case .answerHere = MaxForwards(head) { return .answerHere }
        guard let url = head.url else {
            if case .asterisk = head.target { return .answerHere }
            return .refuse(Refusal(status: 400, code: "bad-target", detail: "a proxy needs the whole URL"))
        }
        if head.method == .connect { return checkTunnel(url) }
        if url.port == 80, url.bytes[url.hostRange].elementsEqual(portal) { return .portal }
        return httpPorts.allows(url.port) ? .pass : .refuse(Self.portRefusal)
    }

    private func checkTunnel(_ url: RequestURL) -> GateAnswer {
        if connectPorts.allows(url.port) { return .pass }
        return httpPorts.allows(url.port) ? .upgradeOnly : .refuse(Self.portRefusal)
    }

    static let portRefusal = Refusal(status: 403, code: "port-not-allowed", detail: "this port may not be reached")
}
