import NIOCore
import PolicyCore
import ProxyProtocols
import Visits

/// The reply's way back.
extension Exchange {
    func readReply() {
        while reply.readableBytes > 0 {
            switch phase {
            case .waiting: if !readReplyHead() { return }
            case .replying: return passReplyBody()
            case .routing, .ended: return
            }
        }
    }

    /// - Returns: false where more bytes are needed or the exchange has ended.
    private func readReplyHead() -> Bool {
        switch reply.withUnsafeReadableBytes({ replyReader.read($0) }) {
        case .more: return false
        case .interim(let head, let length):
            reply.moveReaderIndex(forwardBy: length)
            headEnds = nil
            if head.status == 100 { hasContinued = true }
            var bytes: [UInt8] = []
            ResponseForwarder.interim(head, context: ResponseContext(request.head), options: loop.settings.forwarding, into: &bytes)
            if !bytes.isEmpty { client.write(ByteBuffer(bytes: bytes)) }
            return true
        case .refuse(let refusal):
            failReply(refusal)
            return false
        case .switching(let head, let length):
            guard isRecorded() else { return false }
            guard isBodySent else {
                failReply(Refusal(status: 502, code: "bad-response", detail: "101 before the request was complete"))
                return false
            }
            reply.moveReaderIndex(forwardBy: length)
            becomeTunnel(head)
            return false
        case .head(let head, let length):
            guard isRecorded(), judge(head) else { return false }
            reply.moveReaderIndex(forwardBy: length)
            passHead(head)
            return phase == .replying
        }
    }

    /// Judges again where the verdict hangs on the media type, which is known now.
    /// - Returns: false where the reply is not let through.
    private func judge(_ head: ResponseHead) -> Bool {
        guard let type = MediaType.of(head) else { return true }
        passage.learn(mediaType: type)
        guard passage.decision.ground.dependsOnMediaType, let snapshot = loop.snapshot else { return true }
        let decision = passage.judge(with: snapshot, at: loop.now)
        guard decision.verdict != .allow else { return true }
        leave()
        client.showBlock(request, passage, snapshot, unread: body)
        return false
    }

    private func passHead(_ head: ResponseHead) {
        status = Int(head.status)
        isReusable = head.isReusable && knowsBody
        let plan = ResponseForwarder.plan(
            head, context: ResponseContext(request.head), keepAlive: request.keepsClient && !loop.isDraining && !client.isGone)
        keepsClient = plan.keepAlive
        endsWithConnection = plan.framing == .untilClose
        if head.authenticatesConnection { upstream?.isPinned = true }
        replyBody = BodyReader(
            head.framing, side: .response, output: plan.output, keepsTrailers: plan.keepsTrailers, limits: loop.settings.heads)
        loop.writing { bytes in
            ResponseForwarder.head(head, plan: plan, options: loop.settings.forwarding, into: &bytes)
            client.write(bytes)
        }
        phase = .replying
        // A reply without a body is complete already.
        if reply.readableBytes == 0 { passReplyBody() }
    }

    /// Whether the origin must have read the request's body, or will: who answers before it is there, or without having asked for it, may take
    /// it for the next request (RFC 9110, 10.1.1; SECURITY.md X9).
    private var knowsBody: Bool { isBodySent && (!request.head.expectContinue || hasContinued) }

    private func passReplyBody() {
        let before = replyBody.payloadBytes
        let end = BodyPump.run(&replyBody, over: &reply) { client.write($0) }
        let moved = Int(clamping: replyBody.payloadBytes &- before)
        if moved > 0 { passage.moved(down: moved) }
        switch end {
        case .more: break
        case .end: finishReply()
        case .refused: truncate()
        }
    }

    /// The reply is complete: the origin's connection is kept if nothing speaks against it, and so is the client's.
    func finishReply() {
        client.flush()
        let upstream = self.upstream
        self.upstream = nil
        upstream?.owner = nil
        if let upstream {
            // Bytes behind a reply are nobody's, those the kernel still has as well (SECURITY.md X9).
            if isReusable, isBodySent, reply.readableBytes == 0, upstream.isOpen, !upstream.mayHaveMore {
                keep(upstream)
            } else {
                upstream.close()
            }
        }
        finish(.complete)
        guard keepsClient, !client.isGone else { return client.linger() }
        if isBodySent { return client.next() }
        // Who waits for a 100 may send its body now or not at all: nobody could tell what comes next.
        if request.head.expectContinue { return client.linger() }
        client.discard(body)
    }

    /// Keeps the origin's connection: for everybody, or where it is one user's for the same client connection alone.
    private func keep(_ upstream: UpstreamConnection) {
        guard upstream.isPinned else { return loop.keep(upstream) }
        guard keepsClient, !client.isGone, !loop.isDraining else { return upstream.close() }
        client.pin(upstream, for: request.asker)
    }

    /// The origin stopped within the body, or broke its framing: what has come is passed on, and then the connection is cut so that nobody
    /// takes it for whole.
    func truncate() { end(.truncated) }

    private func becomeTunnel(_ head: ResponseHead) {
        guard let upstream else { return failReply(Refusal(status: 502, code: "bad-response", detail: "the origin left")) }
        var bytes: [UInt8] = []
        ResponseForwarder.switching(head, options: loop.settings.forwarding, into: &bytes)
        client.write(ByteBuffer(bytes: bytes))
        phase = .ended
        self.upstream = nil
        let tunnel = Tunnel(client: client, upstream: upstream, passage: passage, status: 101)
        client.stage = .tunnel(tunnel)
        tunnel.begin(fromOrigin: reply)
        client.flush()
        if client.hasEnded { client.inputEnded() }
    }
}
