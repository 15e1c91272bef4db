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
    let configuration: ProxyConfiguration
    let instance: String
    let isClient: Bool

    func check(_ head: RequestHead) -> GateAnswer {
        guard isClient else { return .refuse(Refusal(status: 403, code: "not-a-client", detail: "this address may not use the proxy")) }
        if Via.contains(instance, in: head) { return .refuse(.loop) }
        if head.method == .trace { return .refuse(.methodNotAllowed) }
        if case .answerHere = MaxForwards(head) { return .answerHere }
        guard let url = head.url else {
            if case .asterisk = head.target { return .answerHere }
            return .refuse(Refusal(status: 400, code: "bad-target", detail: "a proxy needs the whole URL"))
        }
        if head.method == .connect { return checkTunnel(url) }
        if url.host == configuration.portalName, url.port == 80 { return .portal }
        return configuration.httpPorts.allows(url.port) ? .pass : .refuse(Self.portRefusal)
    }

    private func checkTunnel(_ url: RequestURL) -> GateAnswer {
        if configuration.connectPorts.allows(url.port) { return .pass }
        return configuration.httpPorts.allows(url.port) ? .upgradeOnly : .refuse(Self.portRefusal)
    }

    static let portRefusal = Refusal(status: 403, code: "port-not-allowed", detail: "this port may not be reached")
}
