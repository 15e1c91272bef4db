import PatternMatching
public import PolicyCore
public import ProxyProtocols

/// A decision against a request, with all that its page tells of it.
public struct BlockNotice: Sendable {
    public var asked: Asked
    public var decision: Decision
    public var identity: Identity
    public var time: Instant
    /// Finds out when the verdict changes and how much of a budget was used.
    public var snapshot: PolicySnapshot
    public var ledger: PolicyLedger

    public init(asked: Asked, decision: Decision, identity: Identity, time: Instant, snapshot: PolicySnapshot, ledger: PolicyLedger) {
        self.asked = asked
        self.decision = decision
        self.identity = identity
        self.time = time
        self.snapshot = snapshot
        self.ledger = ledger
    }

    /// Whether asking for a grant could open it.
    var mayBeGranted: Bool {
        // What the engine gave up on once is not tried again.
        if decision.ground.rule == "policy-error" { return false }
        return snapshot.mayBeGranted(asked, by: identity, at: time, state: ledger)
    }
}

extension Pages {
    /// The answer to a request that the policy blocks or warns of: 403 (503 where a required list is missing), the connection stays. For CONNECT, which closes always (RFC 9931), and
    /// for images, scripts and the like a small body that fits.
    public func blocked(_ notice: BlockNotice, _ hints: PageHints) -> SelfMadeReply {
        let catalogue = catalogue(hints)
        let shape = PageShape(hints)
        let words = BlockWords(notice, catalogue)
        let body: (type: String, bytes: [UInt8])
        switch shape {
        case .page, .frame:
            var values = words.values
            if shape == .page { addForms(notice, &values) } else { values["frame"] = "yes" }
            body = ("text/html; charset=utf-8", page("block", values, catalogue))
        default: body = SmallBody.of(shape, line: words.line(portal), fields: words.fields(portal))
        }
        var reply = SelfMadeReply(
            status: 403, code: notice.decision.ground.rule == "policy-error" ? "policy-error" : "policy", error: .requestDenied,
            closes: hints.isTunnel, contentType: body.type, body: body.bytes,
            fields: fields(inPlace: shape, catalogue, hasForms: shape == .page), date: notice.time.wholeSeconds)
        if notice.decision.ground.missingList != nil {
            reply.status = 503
            reply.code = "list-missing"
            reply.error = .internalError
            reply.fields.append(("Retry-After", "30"))
        }
        return reply
    }

    private func addForms(_ notice: BlockNotice, _ values: inout PageValues) {
        if notice.mayBeGranted { values["ask-token"] = token(.ask, notice, isInPlace: true) }
        if case .warn = notice.decision { values["continue-token"] = token(.proceed, notice, isInPlace: true) }
    }

    /// Signs a form for the client of this notice.
    func token(_ action: FormToken.Action, _ notice: BlockNotice, isInPlace: Bool) -> String {
        let ground = notice.decision.ground
        let token = FormToken(
            action: action, client: notice.identity.client, url: notice.asked.url.text, method: notice.asked.method,
            site: notice.asked.url.site, rule: ground.rule, category: ground.category,
            expires: Instant(milliseconds: notice.time.milliseconds &+ FormToken.lifetime), isInPlace: isInPlace)
        return signer.sign(token.bytes)
    }
}

extension Instant {
    /// For Date.
    var wholeSeconds: Int64 { max(0, milliseconds) / 1000 }
}
