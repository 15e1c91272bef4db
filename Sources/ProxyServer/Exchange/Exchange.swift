import NIOCore
import PolicyCore
import ProxyProtocols
import Visits

/// One allowed request on its way to an origin and its reply on the way back. Ends once, by giving its client connection back or closing it.
final class Exchange: UpstreamOwner, PassageSubject {
    enum Phase {
        /// Finding an upstream connection.
        case routing
        /// The request is under way; no final reply head has been passed on.
        case waiting
        /// The final head has been passed on.
        case replying
        case ended
    }

    /// How long a reply may take to begin once the client has sent FIN behind a whole request.
    private static let grace: Int64 = 1_000

    /// Holds this as its stage until one of them ends.
    let client: ClientConnection
    let loop: ProxyLoop
    let request: PendingRequest
    let passage: Passage
    var phase = Phase.routing
    var upstream: UpstreamConnection?
    private var route: Route?
    /// Safe and without a body: may be sent again over a new connection.
    private var mayRetry: Bool
    /// The connection came from the pool.
    private var isReused = false

    /// The request's body.
    var body: BodyReader
    var isBodySent: Bool
    private var bodyRate: BodyRate
    private var stall = StallWatch()

    /// The reply.
    var reply = ByteBuffer()
    var replyReader: ResponseHeadReader
    var replyBody = BodyReader(.none, side: .response)
    var keepsClient = false
    var status = 0
    var isReusable = false
    private var hasReplyBegun = false
    /// Steady milliseconds by which the head under way must be whole; single bytes do not move it.
    var headEnds: Int64?
    /// The origin has said that it waits for the body.
    var hasContinued = false
    /// The origin sends no more.
    private var hasOriginEnded = false
    /// The beginning of the visit is being made safe; reply bytes wait.
    private var isHeld = false
    /// Steady milliseconds of the last byte that came or went.
    private var activity: Int64
    private var clientLeftAt: Int64?
    /// Nothing but the connection's end tells the client that the reply is whole.
    var endsWithConnection = false
    /// The origin's connection ended in an error: its end is nobody's word.
    private var hasOriginFailed = false

    init(client: ClientConnection, request: PendingRequest, passage: Passage) {
        self.client = client
        self.request = request
        self.passage = passage
        loop = client.loop
        let head = request.head
        body = BodyReader(head.framing, side: .request, output: .chunked, limits: client.loop.settings.heads)
        isBodySent = head.framing == .none
        mayRetry = head.method.isSafe && head.framing == .none
        replyReader = ResponseHeadReader(limits: client.loop.settings.heads, context: ResponseContext(head))
        activity = client.loop.steady
        bodyRate = BodyRate(at: client.loop.steady)
    }

    // MARK: Towards the origin

    func start() {
        passage.run(self)
        client.wake(by: loop.steady + (isBodySent ? Int64(loop.settings.limits.responseSeconds) * 1_000 : ClientConnection.vigil))
        find(usesPool: true)
    }

    private func find(usesPool: Bool) {
        guard let url = passage.asked?.url else { return }
        let substitute = passage.restriction?.substitute
        let pinned = client.pinned(for: request.asker)
        if usesPool, let idle = Route.idle(to: url, substitute: substitute, in: loop, pinned: pinned) { return send(over: idle) }
        let route = Route(loop: loop, url: url, substitute: substitute, usesPool: usesPool, pinned: pinned)
        self.route = route
        route.find { result in
            self.route = nil
            switch result {
            case .success(let upstream): self.send(over: upstream)
            case .failure(let failure): self.fail(failure)
            }
        }
    }

    private func send(over upstream: UpstreamConnection) {
        guard phase == .routing else { return upstream.close() }
        phase = .waiting
        activity = loop.steady
        self.upstream = upstream
        isReused = upstream.isReused
        if upstream.isPinned { client.unpin(upstream) }
        if request.head.authenticatesConnection { upstream.isPinned = true }
        upstream.owner = self
        upstream.wantsRead = true
        var options = loop.settings.forwarding
        // Whom the connection speaks for: a name that a trusted peer gave stands in the line already, but not in a line of the user's own.
        options.client = request.isInner ? request.asker.address : client.address
        if let restriction = passage.restriction { options.restrict(restriction) }
        loop.writing { bytes in
            RequestForwarder.head(request.head, options: options, into: &bytes)
            upstream.write(bytes)
        }
        sendBody()
        upstream.flush()
        if isReused, isBodySent { loop.eventLoop.expectAnswer() }
        // What came while the origin was looked for may have filled the client's room: there is room again.
        client.readIfWanted()
    }

    /// Passes on what has come of the body.
    private func sendBody() {
        guard !isBodySent, let upstream, phase == .waiting || phase == .replying else { return }
        let before = body.payloadBytes
        let end = BodyPump.run(&body, over: &client.input) { upstream.write($0) }
        let moved = Int(clamping: body.payloadBytes &- before)
        if moved > 0 { passage.moved(up: moved) }
        activity = loop.steady
        bodyRate.moved(moved)
        switch end {
        case .more: break
        case .end: isBodySent = true
        case .refused(let refusal): refuseBody(refusal)
        }
    }

    /// Whether all of the body, or what is wrong with it, has come and waits for the origin.
    private var isBodyHere: Bool {
        var (rest, input) = (body, client.input)
        if case .more = BodyPump.run(&rest, over: &input, pass: { _ in }) { return false }
        return true
    }

    /// Whether the client's bytes are held back: there is no room for them towards the origin.
    private var isUpstreamFull: Bool { upstream.map { !$0.isWritable } ?? true }

    // MARK: The client's events

    func clientReceived() {
        if !isBodySent, !isUpstreamFull { sendBody() }
    }

    func clientReadComplete() { upstream?.flush() }

    func clientWritabilityChanged(_ isWritable: Bool) {
        guard let upstream, !isHeld else { return }
        upstream.wantsRead = isWritable
    }

    /// The client has sent FIN: in the middle of a body it has gone. After a whole request it may still read, so the reply gets a second.
    func clientEnded() {
        guard isBodySent || isBodyHere else { return abort() }
        clientLeftAt = loop.steady
        client.wake(by: loop.steady + Self.grace)
    }

    func clientClosed() { finish(.clientAbort) }

    private func abort() {
        finish(.clientAbort)
        client.close()
    }

    // MARK: The origin's events

    func upstreamReceived(_ bytes: ByteBuffer) {
        hasReplyBegun = true
        activity = loop.steady
        if reply.readableBytes == 0 { reply = bytes } else { reply.writeImmutableBuffer(bytes) }
        if !isHeld { readReply() }
        if reply.readableBytes > 0, phase == .waiting, !isHeld { beginHead() }
        reply.makeOwn()
    }

    /// The clock for a reply's head runs from its first byte.
    private func beginHead() {
        guard headEnds == nil else { return }
        let moment = loop.steady + Int64(loop.settings.limits.headSeconds) * 1_000
        headEnds = moment
        client.wake(by: moment)
    }

    func upstreamReadComplete() {
        client.flush()
        if !client.isWritable { upstream?.wantsRead = false }
    }

    func upstreamWritabilityChanged(_ isWritable: Bool) {
        guard isWritable else { return client.wake(by: loop.steady + ClientConnection.vigil) }
        sendBody()
        upstream?.flush()
        client.readIfWanted()
    }

    func upstreamEnded() {
        hasOriginEnded = true
        originEnded()
    }

    func upstreamClosed(_ error: (any Error)?) {
        upstream = nil
        hasOriginEnded = true
        if error != nil { hasOriginFailed = true }
        originEnded()
    }

    private func originEnded() {
        if isHeld { return }
        switch phase {
        case .waiting where mayRetry && isReused && !hasReplyBegun && !client.isGone: retry()
        case .waiting:
            failReply(hasReplyBegun ? Refusal(status: 502, code: "bad-response", detail: "the reply ended within its head") : nil)
        case .replying:
            if !hasOriginFailed, replyBody.peerClosed() { finishReply() } else { truncate() }
        case .routing, .ended: break
        }
    }

    /// A connection from the pool had just been closed by its origin: a safe request without a body goes out once more (SECURITY.md X15).
    private func retry() {
        mayRetry = false
        loop.counters.retried += 1
        let old = upstream
        upstream = nil
        old?.close()
        (hasOriginEnded, hasOriginFailed) = (false, false)
        phase = .routing
        find(usesPool: false)
    }

    // MARK: Holding for the record

    /// Holds the reply until its visit is safe (VISITS.md, "Order").
    /// - Returns: true where it is safe now.
    func isRecorded() -> Bool {
        if loop.records.isSafe(passage.batch) { return true }
        var isSafeNow = false
        var isWaiting = false
        loop.whenSafe(passage.batch) { safe in
            if isWaiting { self.release(safe) } else { isSafeNow = safe }
        }
        if isSafeNow { return true }
        if loop.records.lastFlushed < passage.batch {
            answerUnrecorded()
            return false
        }
        isWaiting = true
        isHeld = true
        // The head is whole.
        headEnds = nil
        upstream?.wantsRead = false
        return false
    }

    private func release(_ safe: Bool) {
        guard phase != .ended else { return }
        isHeld = false
        guard safe else { return answerUnrecorded() }
        readReply()
        guard phase != .ended else { return }
        client.flush()
        upstream?.wantsRead = client.isWritable
        if hasOriginEnded { originEnded() }
    }

    private func answerUnrecorded() {
        loop.counters.recordingRefused += 1
        replace(by: loop.parts.pages.recordingStopped(PageHints(request.head), time: loop.now), .rejected, reason: "recording-stopped")
    }

    // MARK: Deadlines

    /// - Returns: when to look again, in steady milliseconds.
    func look(at now: Int64) -> Int64? {
        if let left = clientLeftAt, phase == .waiting || phase == .routing, now - left >= Self.grace {
            abort()
            return nil
        }
        if !isBodySent, phase != .routing, !isUpstreamFull, bodyRate.isTooSlow(at: now) {
            loop.counters.slowBodies += 1
            if phase == .waiting { refuseBody(.timeout) } else { abort() }
            return nil
        }
        if let upstream, stall.isStalled(isWritable: upstream.isWritable, taken: upstream.acknowledged, at: now) {
            loop.counters.stalledWrites += 1
            if phase == .waiting { failTimeout() } else { end(.timeout) }
            return nil
        }
        if phase == .waiting, let headEnds, now >= headEnds {
            loop.counters.responseTimeouts += 1
            failTimeout()
            return nil
        }
        return lookAtSilence(at: now)
    }

    private func lookAtSilence(at now: Int64) -> Int64? {
        let limits = loop.settings.limits
        switch phase {
        case .waiting where isBodySent:
            let late = min(activity + Int64(limits.responseSeconds) * 1_000, headEnds ?? .max)
            guard now >= late else { return soon(late, now) }
            loop.counters.responseTimeouts += 1
            failTimeout()
        case .replying where client.isWritable:
            let late = activity + Int64(limits.tunnelIdleSeconds) * 1_000
            guard now >= late else { return soon(late, now) }
            loop.counters.tunnelIdleTimeouts += 1
            end(.timeout)
        case .ended: break
        default: return now + ClientConnection.vigil
        }
        return nil
    }

    /// When to look again though nothing is late before `late`.
    private func soon(_ late: Int64, _ now: Int64) -> Int64 {
        if let left = clientLeftAt, phase == .waiting { return min(late, left + Self.grace) }
        return isBodySent && !isUpstreamFull ? late : min(late, now + ClientConnection.vigil)
    }

    // MARK: Ending

    /// Leaves the register and the origin; the visit ends so.
    func finish(_ outcome: Outcome, reason: String? = nil, verdict: VisitVerdict? = nil) {
        guard phase != .ended else { return }
        // Whoever knows the end of its reply by the connection's must not take this end for it (RFC 9112, 8).
        if phase == .replying, endsWithConnection, outcome != .complete { client.resetAtClose() }
        leave()
        passage.end(outcome, status: status, reason: reason, verdict: verdict)
    }

    /// Lets go of the origin.
    func leave() {
        phase = .ended
        passage.rest()
        route?.cancel()
        route = nil
        upstream?.close()
        upstream = nil
    }

    /// Cuts both sides, with no byte that could be taken for the reply's end.
    func end(_ outcome: Outcome) {
        finish(outcome)
        client.flush()
        client.close()
    }

    func interrupt() { finish(.interrupted) }
}
