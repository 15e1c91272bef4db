import NIOCore
import PatternMatching
import PolicyCore
import ProxyProtocols
import Visits

/// What the client gets where the origin's reply did not come.
extension Exchange {
    /// No connection could be had.
    func fail(_ failure: RouteFailure) {
        guard phase == .routing else { return }
        let told = failure.told
        if case .forbidden(let refusal) = failure {
            loop.counters.countRejection(refusal.code)
            let reply = loop.parts.pages.refused(refusal, PageHints(request.head), time: loop.now)
            return replace(by: reply, .rejected, reason: refusal.code, verdict: .reject)
        }
        var outcome = Outcome.upstreamError
        if case .timeout = failure { outcome = .timeout }
        replace(by: failed(told.status, told.code, told.error), outcome, reason: told.code)
    }

    /// The connection ended or spoke nonsense before a final head.
    func failReply(_ refusal: Refusal?) {
        guard phase == .waiting else { return }
        let code = refusal?.code ?? "origin-closed"
        replace(by: failed(502, code, refusal?.proxyError ?? .connectionTerminated), .upstreamError, reason: code)
    }

    /// The origin was silent for too long.
    func failTimeout() { replace(by: failed(504, "response-timeout", .responseTimeout), .timeout, reason: "response-timeout") }

    /// The request's body broke its framing or came too slowly: the origin is left without an end of it.
    func refuseBody(_ refusal: Refusal) {
        guard phase == .waiting || phase == .routing else { return end(.rejected, reason: refusal.code) }
        loop.counters.countRejection(refusal.code)
        replace(
            by: loop.parts.pages.refused(refusal, PageHints(request.head), time: loop.now), .rejected, reason: refusal.code,
            verdict: .reject)
    }

    private func end(_ outcome: Outcome, reason: String) {
        loop.counters.countRejection(reason)
        finish(outcome, reason: reason, verdict: .reject)
        client.flush()
        client.close()
    }

    private func failed(_ status: UInt16, _ code: String, _ error: ProxyError) -> SelfMadeReply {
        loop.parts.pages.failed(
            status: status, code: code, error: error, host: passage.asked?.url.host, PageHints(request.head), closes: false, time: loop.now)
    }

    /// Answers ourselves; nothing of a final reply has been sent.
    func replace(by reply: SelfMadeReply, _ outcome: Outcome, reason: String, verdict: VisitVerdict? = nil) {
        leave()
        if client.isGone { return finishGone(outcome, reason, verdict) }
        client.answer(reply, to: request, passage, outcome, reason: reason, verdict: verdict, unread: body)
        client.readIfWanted()
    }

    private func finishGone(_ outcome: Outcome, _ reason: String, _ verdict: VisitVerdict?) {
        passage.end(outcome, status: 0, reason: reason, verdict: verdict)
    }

    // MARK: Cut by policy

    func cut(by decision: Decision) {
        guard phase != .ended else { return }
        loop.counters.closedByPolicy += 1
        guard phase != .replying, let snapshot = loop.snapshot else {
            finish(.closedByPolicy, reason: loop.tellPolicyError(of: passage, loop.snapshot))
            client.flush()
            return client.close()
        }
        leave()
        client.showBlock(request, passage, snapshot, outcome: .closedByPolicy, unread: body)
        client.readIfWanted()
    }
}
