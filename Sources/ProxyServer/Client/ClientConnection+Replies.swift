import NIOCore
import PatternMatching
import PolicyCore
import ProxyProtocols
import Visits

/// Replies of our own.
extension ClientConnection {
    /// A body nobody reads is read through up to this size, so that the connection can be kept.
    static let mostDiscarded = 65_536

    // MARK: Refusals: answer, half-close, throw away, close (SECURITY.md, `400C`)

    /// Refuses what could not be read as a request.
    func refuse(_ refusal: Refusal) {
        let line = input.withUnsafeReadableBytes { reader.refusedLine($0) }
        if let tunnel = inner {
            inner = nil
            return refuse(RequestGate.portRefusal, tunnel)
        }
        // Inside a CONNECT it is still whoever brought that.
        let asker = outer?.asker ?? Asker(address: address, mac: address == peer ? hardwareAddress : nil)
        outer = nil
        let visit = loop.begin(
            VisitBeginning(
                line, rejected: refusal.code, client: loop.clientName(asker), address: asker.address ?? address, time: loop.now,
                records: loop.recordsPaths(of: asker)))
        loop.counters.countRejection(refusal.code)
        reject(loop.parts.pages.refused(refusal, time: loop.now), visit, isHead: line.method == "HEAD")
    }

    /// Refuses a request by configuration.
    func refuse(_ refusal: Refusal, _ request: PendingRequest) {
        if refusal.code == "not-a-client" { loop.logStranger(address) }
        let visit = loop.begin(
            VisitBeginning(
                request, rejected: refusal.code, client: loop.clientName(request.asker), records: loop.recordsPaths(of: request.asker)))
        loop.counters.countRejection(refusal.code)
        reject(loop.parts.pages.refused(refusal, PageHints(request.head), time: request.time), visit, isHead: request.isHead)
    }

    /// An accepted CONNECT in which nothing was asked for.
    func recordAbandoned(_ tunnel: PendingRequest) {
        let begun = loop.begin(VisitBeginning(tunnel, rejected: "no-upgrade", client: loop.clientName(tunnel.asker), records: false))
        loop.counters.countRejection("no-upgrade")
        close(begun.take(), status: 200, .clientAbort)
    }

    /// A request whose client, or whose time, ended while its password was checked.
    func recordUnchecked(_ request: PendingRequest, _ outcome: Outcome) {
        let begun = loop.begin(
            VisitBeginning(
                request, rejected: "credentials-unchecked", client: loop.clientName(request.asker),
                records: loop.recordsPaths(of: request.asker)))
        loop.counters.countRejection("credentials-unchecked")
        close(begun.take(), status: 0, outcome)
    }

    /// Ends a visit that moved nothing.
    private func close(_ visit: consuming OpenVisit, status: UInt16, _ outcome: Outcome) {
        let now = loop.now
        let (id, took) = (visit.id, now.milliseconds &- visit.began.milliseconds)
        visit.close(
            VisitEnd(id: id, status: status, milliseconds: UInt64(max(0, took)), outcome: outcome, lastMinute: now.minute))
        loop.appended()
    }

    /// Nothing can be recorded, so nothing is served (VISITS.md, "Disk full").
    func refuseUnrecorded(_ request: PendingRequest) {
        loop.counters.recordingRefused += 1
        loop.records.recorder.countRefused()
        var reply = loop.parts.pages.recordingStopped(PageHints(request.head), time: request.time)
        reply.closes = true
        send(reply, isHead: request.isHead)
        linger()
    }

    /// Sends the reply, ends its visit and closes in the way that lets the reply arrive.
    /// - Parameter isHead: the request was HEAD: the body is only measured (RFC 9110, 9.3.2).
    func reject(_ reply: SelfMadeReply, _ begun: consuming BegunVisit, isHead: Bool) {
        let batch = begun.batch
        close(begun.take(), status: reply.status, .rejected)
        stage = .lingering
        deadline = loop.steady + Self.mostStalled
        var reply = reply
        reply.closes = true
        loop.whenSafeSoon(batch) { _ in
            self.send(reply, isHead: isHead)
            self.linger()
        }
    }

    // MARK: Replies in place of the origin's

    /// The page that says what was blocked and why. A refused CONNECT always closes (RFC 9931).
    /// - Parameters:
    ///   - outcome: of the visit.
    ///   - unread: what is left of the body; nil where nothing of it was read yet.
    func showBlock(
        _ request: PendingRequest, _ passage: Passage, _ snapshot: PolicySnapshot, outcome: Outcome = .complete, unread: BodyReader? = nil
    ) {
        if case .warn = passage.decision { loop.counters.warned += 1 } else { loop.counters.blocked += 1 }
        let reason = loop.tellPolicyError(of: passage, snapshot)
        guard let asked = passage.asked else { return }
        loop.parts.recent.note(
            RecentBlock(
                time: request.time, url: asked.url, method: asked.method, decision: passage.decision,
                isPage: request.isPage || request.isTunnel),
            client: passage.identity.client)
        let notice = BlockNotice(
            asked: asked, decision: passage.decision, identity: passage.identity, time: request.time, snapshot: snapshot,
            ledger: loop.ledger)
        answer(loop.parts.pages.blocked(notice, PageHints(request.head)), to: request, passage, outcome, reason: reason, unread: unread)
    }

    /// A list that is required has no first version yet: what it would decide cannot be judged.
    func answerListMissing(_ request: PendingRequest, _ passage: Passage, _ list: String) {
        loop.counters.blocked += 1
        var reply = loop.parts.pages.failed(
            status: 503, code: "list-missing", error: .internalError, host: nil, PageHints(request.head), closes: request.isTunnel,
            time: request.time)
        reply.fields.append(("Retry-After", "30"))
        answer(reply, to: request, passage, .complete, reason: "list-missing: \(list)")
    }

    /// Answers a request of which no reply byte has been sent, and ends its passage.
    /// - Parameters:
    ///   - unread: what is left of its body; nil where nothing of it was read yet.
    func answer(
        _ reply: SelfMadeReply, to request: PendingRequest, _ passage: Passage, _ outcome: Outcome, reason: String? = nil,
        verdict: VisitVerdict? = nil, unread: BodyReader? = nil
    ) {
        var reply = reply
        let rest = unread ?? BodyReader(request.head.framing, side: .request, output: .payload, limits: loop.settings.heads)
        let keeps = !reply.closes && !request.isTunnel && request.keepsClient && canDiscard(request.head, rest) && !loop.isDraining
        reply.closes = !keeps
        stage = keeps ? .recording : .lingering
        deadline = loop.steady + Self.mostStalled
        loop.whenSafeSoon(passage.batch) { safe in
            guard self.isOpen else { return passage.end(.clientAbort, status: 0, reason: reason, verdict: verdict) }
            if !safe {
                reply = self.loop.parts.pages.recordingStopped(PageHints(request.head), time: request.time)
                reply.closes = true
            }
            self.send(reply, isHead: request.isHead)
            passage.end(outcome, status: Int(reply.status), reason: reason, verdict: verdict)
            guard keeps, safe else { return self.linger() }
            self.discard(rest)
        }
    }

    /// Reads through the rest of a body, then takes the next request.
    func discard(_ rest: BodyReader) {
        stage = .discarding(rest, left: Self.mostDiscarded)
        deadline = loop.steady + Int64(loop.settings.limits.headSeconds) * 1_000
        _ = discard()
        // The rest of the body will not come.
        if hasEnded, case .discarding = stage { return linger() }
        readIfWanted()
    }

    /// Whether what is left of the body is worth reading for the connection's sake: a client that waits for a 100 may send none of it.
    private func canDiscard(_ head: RequestHead, _ rest: BodyReader) -> Bool {
        if rest.isComplete { return true }
        switch head.framing {
        case .none: return true
        case .length(let length): return !head.expectContinue && length <= UInt64(Self.mostDiscarded)
        case .chunked: return !head.expectContinue
        case .untilClose: return false
        }
    }

    /// `OPTIONS *` and Max-Forwards 0 (RFC 9110, 7.6.2, 9.3.7 and 9.3.8): recorded as allowed, answered here.
    func answerHere(_ request: PendingRequest, _ identity: Identity) {
        let passage = ownPassage(request, identity)
        if request.head.method == .trace {
            let echo = SelfMadeReply(
                status: 200, contentType: "message/http", body: TraceEcho.body(request.head), date: request.time.wholeSeconds)
            return answer(echo, to: request, passage, .complete)
        }
        let allow = (name: "Allow", value: "GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, PATCH")
        answer(SelfMadeReply(status: 200, fields: [allow], date: request.time.wholeSeconds), to: request, passage, .complete)
    }

    /// The passage of a request that Weir itself answers.
    func ownPassage(_ request: PendingRequest, _ identity: Identity) -> Passage {
        let asked = request.head.url.map { Asked(url: $0, method: request.head.methodText) }
        let begun = loop.begin(
            VisitBeginning(
                time: request.time, client: identity.client, address: request.asker.address, user: request.asker.user,
                group: identity.group, method: request.head.methodText, scheme: "http", host: asked?.url.host ?? "",
                port: asked?.url.port ?? 0, path: request.path.map { String($0.prefix { $0 != "?" }) }, verdict: .allow,
                generation: loop.snapshot?.generation ?? 0, userAgent: request.head.text(of: .userAgent)))
        return Passage(
            begun, loop: loop, asked: asked, asker: request.asker, identity: identity, decision: .allow(Ground(rule: "")), isPage: false)
    }

    var isGone: Bool { !isOpen }

    var isOpen: Bool {
        if case .closed = stage { return false }
        return true
    }

    /// Writes a reply in one go.
    func send(_ reply: SelfMadeReply, isHead: Bool) {
        loop.writing { bytes in
            reply.render(isHead: isHead, into: &bytes)
            write(bytes)
        }
        flush()
    }
}
