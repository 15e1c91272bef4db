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
            userAgent: request.head.text(of: .userAgent), budget: ground.budget, list: ground.list)
    }

    /// What a refusal by configuration leaves. A user name whose password was not checked is nobody's, and is not kept.
    init(_ request: PendingRequest, rejected code: String, client: String, records: Bool) {
        let url = request.head.url
        self.init(
            time: request.time, client: client, address: request.asker.address,
            method: request.head.methodText, scheme: request.scheme, host: url?.host ?? "", port: url?.port ?? 0,
            path: records ? request.path.map(Self.bounded) : nil, verdict: .reject, reason: code,
            userAgent: request.head.text(of: .userAgent))
    }

    /// What a request leaves that could not be read: its path where the target could be, else the target as far as it came.
    init(_ line: RefusedLine, rejected code: String, client: String, address: IPAddress, time: Instant, records: Bool) {
        let url = line.url
        self.init(
            time: time, client: client, address: address, method: line.method, scheme: url?.scheme ?? "",
            host: url?.host ?? "", port: url?.port ?? 0,
            path: records ? Self.path(of: line).map(Self.bounded) : nil, verdict: .reject, reason: code)
    }

    private static func path(of line: RefusedLine) -> String? {
        if line.target.isEmpty { return nil }
        let target = String(decoding: line.target, as: UTF8.self)
        if line.isCut { return withoutAuthority(RecordedText.unfinished(target)) }
        guard let url = line.url else { return target }
        if url.isTunnel { return nil }
        // Up to the path both forms are the same bytes.
        return String(decoding: (url.sent ?? url.bytes).dropFirst(url.pathStart), as: UTF8.self)
    }

    /// `/x` of `http://host/x`; anything else as it is.
    private static func withoutAuthority(_ target: String) -> String {
        guard let scheme = target.firstRange(of: "://"), let slash = target[scheme.upperBound...].firstIndex(of: "/") else { return target }
        return String(target[slash...])
    }

    static func bounded(_ path: String) -> String { RecordedText.bounded(path) }
}
