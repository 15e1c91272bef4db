import NIOCore
import PolicyCore
import ProxyProtocols
import Visits

/// Bytes both ways between a client and an origin, after a CONNECT's `200` or an upgrade's `101`. Each side's FIN is passed on; when both have
/// come the tunnel is complete.
final class Tunnel: UpstreamOwner, PassageSubject {
    /// Holds this as its stage until one of them ends.
    let client: ClientConnection
    let loop: ProxyLoop
    let upstream: UpstreamConnection
    let passage: Passage
    private let status: Int
    /// Set until it is known what the client's first bytes are.
    var peeking: TunnelPeek?
    private var hasClientEnded = false
    private var hasOriginEnded = false
    private var hasEnded = false
    private var activity: Int64
    private var stall = StallWatch()

    init(client: ClientConnection, upstream: UpstreamConnection, passage: Passage, status: Int) {
        self.client = client
        loop = client.loop
        self.upstream = upstream
        self.passage = passage
        self.status = status
        activity = client.loop.steady
        loop.counters.openTunnels += 1
        upstream.owner = self
        passage.run(self)
        client.wake(by: silenceEnds)
    }

    /// Starts relaying after a 101.
    /// - Parameter bytes: what the origin sent behind it.
    func begin(fromOrigin bytes: ByteBuffer) {
        let early = client.input
        client.input = ByteBuffer()
        if early.readableBytes > 0 { clientReceived(early) }
        if bytes.readableBytes > 0 { upstreamReceived(bytes) }
        upstream.flush()
        upstream.wantsRead = client.isWritable
        // What came early may have filled the client's room.
        client.readIfWanted()
    }

    // MARK: From the client

    var wantsClientBytes: Bool { upstream.isWritable || peeking != nil }

    func clientReceived(_ bytes: ByteBuffer) {
        if peeking != nil { peek(bytes) } else { passUp(bytes) }
    }

    func passUp(_ bytes: ByteBuffer) {
        activity = loop.steady
        passage.moved(up: bytes.readableBytes)
        upstream.write(bytes)
    }

    func clientReadComplete() { upstream.flush() }

    func clientWritabilityChanged(_ isWritable: Bool) { upstream.wantsRead = isWritable && !holdsOrigin }

    func clientEnded() {
        if peeking != nil { settle(.notTLS) }
        guard !hasEnded else { return }
        hasClientEnded = true
        client.wake(by: silenceEnds)
        upstream.closeOutput()
        if hasOriginEnded { complete() }
    }

    func clientClosed(_ error: (any Error)?) {
        guard !hasEnded else { return }
        let outcome = hasClientEnded || hasOriginEnded ? Outcome.complete : .clientAbort
        // A client that had said its last, all of which the kernel has, has only stopped listening.
        let isCut = error != nil && !(hasClientEnded && upstream.unsent == 0)
        if isCut { resetOrigin() }
        // After the origin's FIN the client's closes its whole channel: what is still unsent towards the origin leaves first.
        let waits = hasOriginEnded && !isCut
        if waits { leaveOrigin() }
        finish(outcome, closesUpstream: !waits)
    }

    // MARK: From the origin

    func upstreamReceived(_ bytes: ByteBuffer) {
        if holdsOrigin {
            peeking?.fromOrigin.writeImmutableBuffer(bytes)
            return
        }
        activity = loop.steady
        passage.moved(down: bytes.readableBytes)
        client.write(bytes)
    }

    func upstreamReadComplete() {
        client.flush()
        upstream.wantsRead = client.isWritable && !holdsOrigin
    }

    func upstreamEnded() {
        guard !hasEnded, !hasOriginEnded else { return }
        if holdsOrigin {
            peeking?.hasOriginEnded = true
            return
        }
        hasOriginEnded = true
        client.wake(by: silenceEnds)
        client.closeOutput()
        if hasClientEnded { complete() }
    }

    func upstreamClosed(_ error: (any Error)?) {
        guard !hasEnded else { return }
        if hasOriginEnded {
            // It had said its last, and has only stopped listening: the client is given all of it.
            finish(.complete)
            return client.linger()
        }
        guard hasClientEnded, error == nil else {
            finish(.upstreamError)
            if error != nil { return resetClient() }
            client.flush()
            return client.close()
        }
        // After the client's FIN the origin's closes its whole channel: what is still unsent towards the client leaves first.
        finish(.complete)
        client.stage = .lingering
        client.deadline = loop.steady + ClientConnection.mostStalled
        client.closeOutput()
    }

    func upstreamWritabilityChanged(_ isWritable: Bool) {
        if isWritable { client.readIfWanted() } else { client.wake(by: loop.steady + ClientConnection.vigil) }
    }

    // MARK: Ending

    /// Both have sent their FIN, and both FINs are on their way behind the last bytes.
    private func complete() {
        finish(.complete, closesUpstream: false)
        leaveOrigin()
        client.stage = .lingering
        client.deadline = loop.steady + ClientConnection.mostStalled
    }

    /// An origin that has sent its FIN is given what is unsent, and closed when it has taken that. Nobody looks at it any more: one that takes
    /// nothing is closed after as long as a client would be.
    private func leaveOrigin() {
        upstream.closeOutput()
        guard upstream.isOpen else { return }
        let upstream = self.upstream
        let latest = NIODeadline.now() + .milliseconds(ClientConnection.mostStalled)
        _ = loop.eventLoop.perform(at: latest.uptimeNanoseconds) { upstream.close() }
    }

    /// Cuts both sides: neither is to take what it has for all there was.
    func end(_ outcome: Outcome, reason: String? = nil, verdict: VisitVerdict? = nil) {
        if !hasEnded { resetOrigin() }
        finish(outcome, reason: reason, verdict: verdict)
        resetClient()
    }

    /// A reset on one side, or a cut, is a reset on the other and no FIN: that would be the word of somebody who never gave it. What came before it
    /// is offered to the kernel; what that does not take, or has not sent when the reset overtakes it, is lost, as it is in any reset.
    private func resetClient() {
        client.flush()
        client.resetAtClose()
        client.close()
    }

    private func resetOrigin() {
        // How this ends is known: whatever becomes of the last bytes is not.
        upstream.owner = nil
        upstream.flush()
        upstream.resetAtClose()
    }

    private func finish(_ outcome: Outcome, reason: String? = nil, verdict: VisitVerdict? = nil, closesUpstream: Bool = true) {
        guard !hasEnded else { return }
        hasEnded = true
        peeking = nil
        upstream.owner = nil
        loop.counters.openTunnels -= 1
        passage.end(outcome, status: status, reason: reason, verdict: verdict)
        if closesUpstream { upstream.close() }
    }

    func cut(by decision: Decision) {
        guard !hasEnded else { return }
        loop.counters.closedByPolicy += 1
        end(.closedByPolicy, reason: loop.tellPolicyError(of: passage, loop.snapshot))
    }

    /// The client's connection is about to be closed.
    func interrupt() {
        guard !hasEnded else { return }
        resetOrigin()
        finish(.interrupted)
        client.flush()
        client.resetAtClose()
    }

    // MARK: Deadlines

    /// When it has been silent for too long. A tunnel of which one half is closed has no reason to be silent for long.
    private var silenceEnds: Int64 {
        let most = loop.settings.limits.tunnelIdleSeconds
        return activity + Int64(hasClientEnded || hasOriginEnded ? min(most, 300) : most) * 1_000
    }

    /// - Returns: when to look again, in steady milliseconds.
    func look(at now: Int64) -> Int64? {
        if let ends = peeking?.ends, now >= ends {
            loop.counters.headTimeouts += 1
            end(.timeout)
            return nil
        }
        if now >= silenceEnds {
            loop.counters.tunnelIdleTimeouts += 1
            end(.timeout)
            return nil
        }
        if stall.isStalled(isWritable: upstream.isWritable, taken: upstream.acknowledged, at: now) {
            loop.counters.stalledWrites += 1
            end(.timeout)
            return nil
        }
        let next = min(silenceEnds, peeking?.ends ?? .max)
        return upstream.isWritable ? next : min(next, now + ClientConnection.vigil)
    }
}
