import NIOCore
import PatternMatching
import PolicyCore
import ProxyProtocols
import Visits

/// The client's first bytes in a tunnel, held until the TLS name in them is known.
struct TunnelPeek {
    var hello = ClientHelloPeek()
    var fromClient = ByteBuffer()
    var fromOrigin = ByteBuffer()
    /// The origin's FIN waits behind its bytes.
    var hasOriginEnded = false
    let allowsOpaque: Bool
    /// Steady milliseconds by which the name must have shown; nil where nothing need show.
    let ends: Int64?
}

extension Tunnel {
    /// Whether the origin's bytes wait: where only TLS with a name may pass, nothing else does before it has shown.
    var holdsOrigin: Bool { peeking.map { !$0.allowsOpaque } ?? false }

    /// Starts relaying after a CONNECT's `200`, with a look at the ClientHello before it is passed on (SECURITY.md B3).
    func beginPeeking(allowsOpaque: Bool) {
        // Whoever may only pass with a name is not held long without one.
        let ends = allowsOpaque ? nil : loop.steady + Int64(loop.settings.limits.headSeconds) * 1_000
        peeking = TunnelPeek(allowsOpaque: allowsOpaque, ends: ends)
        if let ends { client.wake(by: ends) }
        let early = client.input
        client.input = ByteBuffer()
        upstream.wantsRead = !holdsOrigin
        if early.readableBytes > 0 {
            peek(early)
            upstream.flush()
        }
        // What came early may have filled the client's room.
        client.readIfWanted()
    }

    /// Takes more of the first bytes.
    func peek(_ bytes: ByteBuffer) {
        guard var peek = peeking else { return }
        peek.fromClient.writeImmutableBuffer(bytes)
        let step = peek.fromClient.withUnsafeReadableBytes { peek.hello.read($0) }
        peeking = peek
        if step != .more { settle(step) }
    }

    /// The first bytes are known for what they are.
    func settle(_ step: ClientHelloStep) {
        guard let peek = peeking else { return }
        switch step {
        case .more: return
        case .name(let name): if !judge(name) { return }
        case .malformed where peek.allowsOpaque:
            // What it shows to an origin that forgives it cannot be judged.
            loop.counters.closedByPolicy += 1
            return end(.closedByPolicy, reason: "bad-client-hello", verdict: .reject)
        case .noName, .notTLS, .malformed:
            guard peek.allowsOpaque else {
                passage.decide(.block(Ground(rule: "groups.\(passage.identity.group).opaque", reason: "opaque")))
                loop.counters.closedByPolicy += 1
                return end(.closedByPolicy)
            }
        }
        peeking = nil
        if peek.fromClient.readableBytes > 0 { passUp(peek.fromClient) }
        if peek.fromOrigin.readableBytes > 0 { upstreamReceived(peek.fromOrigin) }
        upstream.flush()
        client.flush()
        upstream.wantsRead = client.isWritable
        if peek.hasOriginEnded { upstreamEnded() }
    }

    /// Judges a TLS name that is not the CONNECT's host as well: the stricter verdict holds.
    private func judge(_ name: String) -> Bool {
        guard let url = passage.asked?.url else { return true }
        guard let shown = try? RequestURL(connect: Array("\(name):\(url.port)".utf8)) else {
            end(.closedByPolicy, reason: "bad-tls-name", verdict: .reject)
            return false
        }
        guard shown.host != url.host, let snapshot = loop.snapshot else { return true }
        passage.learn(tlsName: shown)
        let decision = passage.judge(with: snapshot, at: loop.now)
        guard decision.verdict != .allow else { return true }
        loop.parts.recent.note(
            RecentBlock(time: loop.now, url: shown, method: "CONNECT", decision: decision), client: passage.identity.client)
        cut(by: decision)
        return false
    }
}
