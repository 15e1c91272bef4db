import PatternMatching
import PolicyCore
import ProxyProtocols
import Visits

extension VisitBeginning {
    /// What a decision leaves.
    /// - Parameter records: the group keeps paths; else sites only.
    init(
        _ request: PendingRequest, asked: Asked, identity: Identity, decision: Decision, records: Bool, isPage: Bool, generation: UInt64
    ) {
        let ground = decision.ground
        self.init(
            time: request.time, client: identity.client, address: request.asker.address, user: request.asker.user, group: identity.group,
            method: asked.method, scheme: request.scheme, host: asked.url.host, port: asked.url.port,
            path: records ? request.path.map(Self.bounded) : nil, verdict: VisitVerdict(decision.verdict), rule: ground.rule,
            category: ground.category, reason: ground.reason, generation: generation, isPage: isPage,
            userAgent: request.head.text(of: .userAgent), budget: ground.budget)
    }

    /// What a refusal by configuration leaves. A user name whose password was not checked is nobody's, and is not kept.
    init(_ request: PendingRequest, rejected code: String, client: String) {
        let url = request.head.url
        self.init(
            time: request.time, client: client, address: request.asker.address,
            method: request.head.methodText, scheme: request.scheme, host: url?.host ?? "", port: url?.port ?? 0,
            path: request.path.map(Self.bounded), verdict: .reject, reason: code, userAgent: request.head.text(of: .userAgent))
    }

    /// What a request leaves that could not be read.
    init(_ line: RefusedLine, rejected code: String, client: String, address: IPAddress, time: Instant) {
        let url = line.url
        self.init(
            time: time, client: client, address: address, method: line.method, scheme: url?.scheme ?? "",
            host: url?.host ?? "", port: url?.port ?? 0,
            path: line.target.isEmpty ? nil : Self.bounded(String(decoding: line.target, as: UTF8.self)), verdict: .reject, reason: code)
    }

    static func bounded(_ path: String) -> String { RecordedText.bounded(path) }
}
