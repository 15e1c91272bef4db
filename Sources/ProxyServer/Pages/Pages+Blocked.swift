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
        if let known = decision.ground.mayBeGranted { return known }
        // What the engine gave up on once is not tried again.
        if decision.ground.rule == "policy-error" { return false }
        return snapshot.mayBeGranted(asked, by: identity, at: time, state: ledger)
    }

    /// When what is blocked opens again by the clock.
    var opensAgain: Instant? {
        guard case .block(let ground) = decision, ground.isTimed || ground.usedUp else { return nil }
        return snapshot.opensAgain(asked, by: identity, at: time, state: ledger)
    }
}

extension Pages {
    /// The answer to a request that the policy blocks or warns of: 403 (503 where a required list is missing), the connection stays. For CONNECT, which closes always (RFC 9931), and
    /// for images, scripts and the like a small body that fits.
    public func blocked(_ notice: BlockNotice, _ hints: PageHints) -> SelfMadeReply {
        let form = BlockForm(notice, hints, catalogue(hints))
        let policy = notice.snapshot.mark
        guard let key = KeptPageKey(notice, form) else { return made(notice, form) }
        if let page = kept.page(key, of: policy) { return filled(page, key, notice, form) }
        guard let page = pageToKeep(key, notice, form) else { return made(notice, form) }
        kept.keep(page, key, of: policy)
        return filled(page, key, notice, form)
    }

    /// Makes the answer of its template or words.
    /// - Parameter isMarked: with marks in place of what the request brings.
    func made(_ notice: BlockNotice, _ form: BlockForm, isMarked: Bool = false) -> SelfMadeReply {
        let words = BlockWords(notice, form.catalogue, until: form.until, isMarked: isMarked)
        let body: (type: String, bytes: [UInt8])
        switch form.shape {
        case .page, .frame:
            var values = words.values
            if form.shape == .page { addForms(notice, form, &values, isMarked) } else { values["frame"] = "yes" }
            body = ("text/html; charset=utf-8", page("block", values, form.catalogue))
        default: body = SmallBody.of(form.shape, line: words.line(portal), fields: words.fields(portal))
        }
        var reply = SelfMadeReply(
            status: 403, code: notice.decision.ground.rule == "policy-error" ? "policy-error" : "policy", error: .requestDenied,
            closes: form.isTunnel, contentType: body.type, body: body.bytes,
            fields: fields(inPlace: form.shape, form.catalogue, hasForms: form.shape == .page), date: notice.time.wholeSeconds)
        if notice.decision.ground.missingList != nil {
            reply.status = 503
            reply.code = "list-missing"
            reply.error = .internalError
            reply.fields.append(("Retry-After", "30"))
        }
        return reply
    }

    private func addForms(_ notice: BlockNotice, _ form: BlockForm, _ values: inout PageValues, _ isMarked: Bool) {
        if form.mayAsk { values["ask-token"] = isMarked ? PageMark.ask.text : token(.ask, notice, isInPlace: true) }
        if case .warn = notice.decision {
            values["continue-token"] = isMarked ? PageMark.proceed.text : token(.proceed, notice, isInPlace: true)
        }
    }

    /// Signs a form for the client of this notice.
    func token(_ action: FormToken.Action, _ notice: BlockNotice, isInPlace: Bool) -> String {
        signer.sign(FormToken(action, notice, isInPlace: isInPlace).bytes)
    }
}

extension Instant {
    /// For Date.
    var wholeSeconds: Int64 { max(0, milliseconds) / 1000 }
}
