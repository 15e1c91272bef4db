import NIOCore
import PatternMatching
import ProxyProtocols

/// Reading what comes before and between bodies.
extension ClientConnection {
    /// - Returns: false where more bytes are needed or the connection is at its end.
    func readPreface() -> Bool {
        switch input.withUnsafeReadableBytes({ ProxyProtocolHeader.read($0) }) {
        case .more:
            beginHead()
            return false
        case .header(let header, let length):
            input.moveReaderIndex(forwardBy: length)
            stage = .head
            // The first head has a clock of its own.
            hasHeadBegun = false
            deadline = loop.steady + Int64(loop.settings.limits.idleSeconds) * 1_000
            guard let source = header.source else { return true }
            address = source
            return countIn(source)
        case .none:
            stage = .head
            return true
        case .refuse(let refusal):
            refuse(refusal)
            return false
        }
    }

    /// Counts the connection as one of the client that a trusted peer names, or turns it away.
    private func countIn(_ client: IPAddress) -> Bool {
        guard counted == nil, !loop.settings.isTrusted(client) else { return true }
        if loop.parts.clients.enter(client, most: loop.settings.limits.connectionsPerClient) {
            counted = client
            return true
        }
        loop.counters.overConnectionsPerClient += 1
        write(OverloadReply.reply)
        linger()
        return false
    }

    /// - Returns: false where more bytes are needed or the connection is at its end.
    func readHead() -> Bool {
        if inner != nil, !completeInnerTarget() { return false }
        switch input.withUnsafeReadableBytes({ reader.read($0) }) {
        case .more:
            beginHead()
            return false
        case .refuse(let refusal):
            countLimit(refusal)
            refuse(refusal)
            return false
        case .head(let head, let length):
            input.moveReaderIndex(forwardBy: length)
            hasHeadBegun = false
            take(head)
            return true
        }
    }

    /// The clock for a head runs from its first byte and is not moved by those that follow.
    private func beginHead() {
        guard !hasHeadBegun else { return }
        hasHeadBegun = true
        deadline = loop.steady + Int64(loop.settings.limits.headSeconds) * 1_000
    }

    private func countLimit(_ refusal: Refusal) {
        let limits = loop.settings.limits
        switch refusal.code {
        case "target-too-long": loop.counters.overTargetBytes += 1
        case "head-too-large" where input.readableBytes >= limits.headBytes: loop.counters.overHeadBytes += 1
        case "head-too-large":
            let lines = input.readableBytesView.reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
            if lines > limits.headFields { loop.counters.overHeadFields += 1 } else { loop.counters.overFieldBytes += 1 }
        default: break
        }
    }

    /// Reads on through a body that nobody wants, so that the next request can follow it.
    /// - Returns: true where its end was reached.
    func discard() -> Bool {
        guard case .discarding(var body, let left) = stage else { return false }
        let before = input.readableBytes
        let end = BodyPump.run(&body, over: &input) { _ in }
        let rest = left - (before - input.readableBytes)
        guard rest >= 0 else {
            linger()
            return false
        }
        switch end {
        case .more:
            stage = .discarding(body, left: rest)
            return false
        case .end:
            next()
            return true
        case .refused:
            linger()
            return false
        }
    }

    /// Waits for the request inside an accepted CONNECT.
    func beginInnerHead(of tunnel: PendingRequest) {
        inner = tunnel
        hasHeadBegun = false
        beginHead()
    }

    /// Inside an accepted CONNECT to an HTTP port a request comes in origin-form: its target is completed with the authority of the CONNECT,
    /// so that it is read, judged and forwarded like any other.
    /// - Returns: false where more bytes are needed or what comes is no such request.
    private func completeInnerTarget() -> Bool {
        guard let tunnel = inner, let url = tunnel.head.url else { return true }
        let bytes = input.readableBytesView
        // What is no method is another protocol and is not waited for.
        guard let space = bytes.prefix(32).firstIndex(where: { $0 <= 0x20 || $0 >= 0x7f }) else {
            if bytes.count >= 32 { refuseInner(tunnel) }
            return false
        }
        guard bytes[space] == UInt8(ascii: " ") else {
            refuseInner(tunnel)
            return false
        }
        let target = bytes.index(after: space)
        guard target < bytes.endIndex else { return false }
        guard bytes[target] == UInt8(ascii: "/") else {
            refuseInner(tunnel)
            return false
        }
        var completed = ByteBuffer()
        completed.writeBytes(bytes[..<target])
        completed.writeString("http://\(url.bracketedHost):\(url.port)")
        completed.writeBytes(bytes[target...])
        input = completed
        inner = nil
        outer = tunnel
        return true
    }

    private func refuseInner(_ tunnel: PendingRequest) {
        inner = nil
        refuse(Refusal(status: 403, code: "port-not-allowed", detail: "no upgrade came"), tunnel)
    }
}
