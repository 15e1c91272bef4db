import NIOCore
import PatternMatching
import PolicyCore
import ProxyProtocols
import Visits

/// An allowed CONNECT until its `200`: the way is found, the connection made, the visit's beginning made safe. Early bytes wait.
final class TunnelSetup: PassageSubject {
    /// Holds this as its stage until the tunnel is open, or either ends.
    private let client: ClientConnection
    private let loop: ProxyLoop
    private let request: PendingRequest
    private let passage: Passage
    private let allowsOpaque: Bool
    private var route: Route?
    private var upstream: UpstreamConnection?
    private var hasEnded = false
    /// What came from an origin that speaks, or leaves, while the record is being made safe.
    private var fromOrigin = ByteBuffer()
    private var hasOriginEnded = false

    /// - Parameter allowsOpaque: tunnels that show no TLS name may pass.
    init(client: ClientConnection, request: PendingRequest, passage: Passage, allowsOpaque: Bool) {
        self.client = client
        loop = client.loop
        self.request = request
        self.passage = passage
        self.allowsOpaque = allowsOpaque
    }

    func start() {
        guard let url = passage.asked?.url else { return }
        passage.run(self)
        let route = Route(loop: loop, url: url, substitute: passage.restriction?.substitute, usesPool: false)
        self.route = route
        route.find { result in
            self.route = nil
            switch result {
            case .success(let upstream): self.connected(upstream)
            case .failure(let failure): self.fail(failure)
            }
        }
    }

    private func connected(_ upstream: UpstreamConnection) {
        guard !hasEnded else { return upstream.close() }
        self.upstream = upstream
        upstream.owner = self
        upstream.wantsRead = false
        loop.whenSafe(passage.batch) { safe in
            guard !self.hasEnded else { return }
            if safe { self.open() } else { self.answerUnrecorded() }
        }
    }

    private func open() {
        guard let upstream else { return fail(.connect(ChannelError.alreadyClosed)) }
        hasEnded = true
        self.upstream = nil
        client.write(SelfMadeReply.connectEstablished)
        let tunnel = Tunnel(client: client, upstream: upstream, passage: passage, status: 200)
        client.stage = .tunnel(tunnel)
        tunnel.beginPeeking(allowsOpaque: allowsOpaque)
        if fromOrigin.readableBytes > 0 { tunnel.upstreamReceived(fromOrigin) }
        if hasOriginEnded { tunnel.upstreamEnded() }
        client.flush()
    }

    private func fail(_ failure: RouteFailure) {
        guard !hasEnded else { return }
        let told = failure.told
        if case .forbidden(let refusal) = failure {
            loop.counters.countRejection(refusal.code)
            let reply = loop.parts.pages.refused(refusal, PageHints(request.head), time: loop.now)
            return replace(by: reply, .rejected, reason: refusal.code, verdict: .reject)
        }
        let reply = loop.parts.pages.failed(
            status: told.status, code: told.code, error: told.error, host: passage.asked?.url.host, PageHints(request.head), closes: true,
            time: loop.now)
        var outcome = Outcome.upstreamError
        if case .timeout = failure { outcome = .timeout }
        replace(by: reply, outcome, reason: told.code)
    }

    private func answerUnrecorded() {
        loop.counters.recordingRefused += 1
        replace(by: loop.parts.pages.recordingStopped(PageHints(request.head), time: loop.now), .rejected, reason: "recording-stopped")
    }

    private func replace(by reply: SelfMadeReply, _ outcome: Outcome, reason: String, verdict: VisitVerdict? = nil) {
        leave()
        client.answer(reply, to: request, passage, outcome, reason: reason, verdict: verdict)
    }

    private func leave() {
        hasEnded = true
        passage.rest()
        route?.cancel()
        route = nil
        upstream?.close()
        upstream = nil
    }

    func cut(by decision: Decision) {
        guard !hasEnded, let snapshot = loop.snapshot else { return }
        loop.counters.closedByPolicy += 1
        leave()
        client.showBlock(request, passage, snapshot, outcome: .closedByPolicy)
    }

    /// A client that ends before its tunnel is up has gone.
    func clientEnded() {
        finish(.clientAbort)
        client.close()
    }

    func clientClosed() { finish(.clientAbort) }

    func interrupt() { finish(.interrupted) }

    private func finish(_ outcome: Outcome) {
        guard !hasEnded else { return }
        leave()
        passage.end(outcome, status: 0)
    }
}

extension TunnelSetup: UpstreamOwner {
    // Nothing is asked for before the tunnel is open, but the last bytes of an origin that leaves come all the same.
    func upstreamReceived(_ bytes: ByteBuffer) { fromOrigin.writeImmutableBuffer(bytes) }
    func upstreamReadComplete() {}
    func upstreamEnded() { hasOriginEnded = true }
    func upstreamWritabilityChanged(_ isWritable: Bool) {}
    func upstreamClosed(_ error: (any Error)?) {
        upstream = nil
        fail(.connect(error ?? ChannelError.eof))
    }
}
