import NIOCore
import PatternMatching
import PolicyCore
import ProxyProtocols
import Visits

/// One client's connection: reads heads, one request at a time and in order, and hands each to an exchange, a tunnel or a reply of our own.
///
/// `@unchecked Sendable`: touched on its event loop only.
final class ClientConnection: StreamOwner, Registered, Awaiting, @unchecked Sendable {
    /// What the connection is doing.
    enum Stage {
        /// A trusted peer may put a PROXY protocol header before everything else.
        case preface
        /// Between requests, or within a head.
        case head
        /// The password of this request is being checked.
        indirect case credentials(PendingRequest)
        case exchange(Exchange)
        case dialling(TunnelSetup)
        case portal(PortalExchange)
        case tunnel(Tunnel)
        /// The rest of a body nobody wants, up to an allowance.
        indirect case discarding(BodyReader, left: Int)
        /// A reply of our own waits for its record; what comes next is kept.
        case recording
        /// Our last words are on their way: bytes are thrown away until the client closes, for two seconds at most after they have left.
        case lingering
        case closed
    }

    /// Bytes of the client held back at most, beside what is under way to the origin.
    static let mostHeld = 16_384
    static let lingerTime: Int64 = 2_000
    /// What is left to the first request of a connection when draining begins, milliseconds.
    private static let firstRequestTime: Int64 = 300
    static let mostStalled: Int64 = 60_000

    var place = -1
    var duePlace = -1
    let loop: ProxyLoop
    /// The socket's peer.
    let peer: IPAddress
    /// Who the connection speaks for: the peer, or whom a trusted peer's PROXY header names.
    var address: IPAddress
    var stage = Stage.head
    /// Received and not yet consumed.
    var input = ByteBuffer()
    var reader: RequestHeadReader
    /// Steady milliseconds at which the stage has taken too long.
    var deadline: Int64 { didSet { wake(by: deadline) } }
    /// Whether the deadline of the head under way is set: bytes that follow do not move it.
    var hasHeadBegun = false
    /// The other side has sent its last byte.
    var hasEnded: Bool { socket.hasEnded }
    /// An accepted CONNECT to an HTTP port: what comes next must be an upgrade there.
    var inner: PendingRequest?
    /// The CONNECT that the request under way came inside.
    var outer: PendingRequest?
    /// Who the connection's requests come from, as one snapshot sees it.
    var identity: (generation: UInt64, asker: Asker, identity: Identity)?
    private var knownHardware: MACAddress?
    private let socket: StreamSocket
    private var isAdvancing = false
    /// A request was dealt with.
    private var hasServed = false
    var stall = StallWatch()
    private var pinned: PinnedUpstream?
    /// Whose connections this is one of, for the limit on each client's; nil for a trusted peer's, unless its PROXY header says whose.
    var counted: IPAddress?

    /// - Parameter isCounted: the peer was counted in among clients.
    init(loop: ProxyLoop, peer: IPAddress, socket: StreamSocket, isCounted: Bool) {
        self.loop = loop
        self.socket = socket
        self.peer = peer
        address = peer
        counted = isCounted ? peer : nil
        reader = RequestHeadReader(limits: loop.settings.heads)
        deadline = loop.steady + Int64(loop.settings.limits.idleSeconds) * 1_000
        if loop.settings.isTrusted(peer) { stage = .preface }
        socket.attach(self)
    }

    /// The peer's, where the policy knows devices so and the peer is a neighbour; looked up until it is known.
    var hardwareAddress: MACAddress? {
        guard loop.usesHardwareAddresses else { return nil }
        if knownHardware == nil { knownHardware = loop.parts.neighbours.mac(of: peer) }
        return knownHardware
    }

    /// `address:port` on our side.
    var localAddress: (address: IPAddress, port: UInt16)? { socket.localAddress }

    // MARK: The socket's events

    /// Starts reading.
    func begin() {
        loop.clients.insert(self)
        wake(by: deadline)
        guard loop.usesHardwareAddresses, hardwareAddress == nil else { return socket.read() }
        // The kernel may not have told of a device whose first packet has only just come: it is asked before the first request is judged.
        loop.parts.neighbours.mac(of: peer, on: loop.eventLoop).assumeIsolated().whenComplete { _ in self.readIfWanted() }
    }

    func received(_ bytes: ByteBuffer) {
        switch stage {
        case .lingering, .closed: return
        case .tunnel(let tunnel): return tunnel.clientReceived(bytes)
        default: break
        }
        if input.readableBytes == 0 { input = bytes } else { input.writeImmutableBuffer(bytes) }
        switch stage {
        case .preface, .head, .discarding: advance()
        case .exchange(let exchange): exchange.clientReceived()
        case .portal(let portal): portal.received()
        default: break
        }
        input.makeOwn()
    }

    func readComplete() {
        switch stage {
        case .tunnel(let tunnel): tunnel.clientReadComplete()
        case .exchange(let exchange): exchange.clientReadComplete()
        default: break
        }
        readIfWanted()
    }

    func writabilityChanged(_ isWritable: Bool) {
        if !isWritable { wake(by: loop.steady + Self.vigil) }
        switch stage {
        case .exchange(let exchange): exchange.clientWritabilityChanged(isWritable)
        case .tunnel(let tunnel): tunnel.clientWritabilityChanged(isWritable)
        case .head: if isWritable { goOn() }
        default: break
        }
    }

    /// Requests that waited for the client to take its replies are dealt with.
    private func goOn() {
        hasHeadBegun = false
        deadline = loop.steady + Int64(loop.settings.limits.idleSeconds) * 1_000
        advance()
        readIfWanted()
    }

    /// The client sends no more: told when its FIN comes, and again to whatever it had sent before and is dealt with later (``advance()``).
    func inputEnded() {
        switch stage {
        case .tunnel(let tunnel): tunnel.clientEnded()
        case .exchange(let exchange): exchange.clientEnded()
        case .dialling(let setup): setup.clientEnded()
        // What was asked for is told when the password has been checked, or the reply has left.
        case .credentials, .recording: break
        // Requests that are all here wait for their replies to be taken.
        case .head where !isWritable && input.readableBytes > 0: break
        case .preface, .head:
            leaveUnread()
            // The last reply may not have left as a whole.
            if unsent > 0 { linger() } else { close() }
        case .portal(let portal):
            portal.interrupt(.clientAbort)
            close()
        // Our last words may wait for their record; the connection closes by itself once they have left.
        case .lingering, .closed: break
        case .discarding: linger()
        }
    }

    func closed(_ error: (any Error)?) {
        loop.parts.sockets.leave()
        if let counted { loop.parts.clients.leave(counted) }
        loop.clients.remove(self)
        loop.deadlines.remove(self)
        pinned?.connection.close()
        pinned = nil
        let last = stage
        stage = .closed
        switch last {
        case .exchange(let exchange):
            // Behind a body that was read whole stands the next request.
            if exchange.isBodySent { countUnread() }
            exchange.clientClosed()
        case .dialling(let setup): setup.clientClosed()
        case .tunnel(let tunnel): tunnel.clientClosed(error)
        case .portal(let portal): portal.interrupt(.clientAbort)
        case .head, .preface: leaveUnread()
        case .credentials(let request): recordUnchecked(request, .clientAbort)
        default: break
        }
        input = ByteBuffer()
    }

    /// The client leaves between requests or within a head.
    private func leaveUnread() {
        if let tunnel = inner ?? outer {
            (inner, outer) = (nil, nil)
            recordAbandoned(tunnel)
        } else {
            countUnread()
        }
    }

    /// The client leaves with something sent that nobody has read as a request.
    private func countUnread() {
        guard input.readableBytes > 0 else { return }
        input = ByteBuffer()
        loop.records.recorder.countUnread()
    }

    // MARK: Reading

    /// Whether more bytes are wanted now: always while there is room, so that a client's leaving is noticed.
    private var wantsRead: Bool {
        switch stage {
        case .tunnel(let tunnel): tunnel.wantsClientBytes
        case .closed: false
        default: input.readableBytes < Self.mostHeld || loop.settings.limits.headBytes > input.readableBytes && isReadingHead
        }
    }

    private var isReadingHead: Bool {
        if case .head = stage { return true }
        return false
    }

    func readIfWanted() { if wantsRead { socket.read() } }

    /// Goes on with what has been received, request after request; called again from within, it leaves that to the call under way. Whoever does
    /// not take the replies to its requests is given no more of them: they would be kept here without end.
    func advance() {
        if isAdvancing { return }
        isAdvancing = true
        takeInput()
        isAdvancing = false
        if hasEnded { inputEnded() }
    }

    private func takeInput() {
        while input.readableBytes > 0 {
            switch stage {
            case .preface: if !readPreface() { return }
            case .head: if !isWritable || !readHead() { return }
            case .discarding: if !discard() { return }
            default: return
            }
        }
    }

    // MARK: Writing

    /// Between its beginning and its end.
    var isListed: Bool { place >= 0 }

    var isWritable: Bool { socket.isWritable }
    /// Bytes written and not yet taken by the kernel.
    var unsent: Int { socket.unsent }
    /// Bytes the client has acknowledged, as far as the kernel knows.
    var acknowledged: UInt64? { socket.acknowledged }

    func write(_ bytes: ByteBuffer) { socket.write(bytes) }

    func write(_ bytes: [UInt8]) { socket.write(bytes) }

    func flush() { socket.flush() }

    /// Closes without further words.
    func close() {
        input = ByteBuffer()
        socket.close()
    }

    /// The client is to see a reset in place of an end.
    func resetAtClose() { socket.resetAtClose() }

    /// Sends FIN behind what was written.
    func closeOutput() { socket.closeOutput() }

    /// Closes so that what was written arrives: half-closes, throws away what still comes, closes two seconds at most after the last byte has left.
    func linger() {
        guard isOpen else { return }
        stage = .lingering
        input = ByteBuffer()
        deadline = loop.steady + Self.lingerTime
        closeOutput()
        socket.read()
    }

    /// Ready for the next request.
    func next() {
        hasServed = true
        if loop.isDraining { return linger() }
        if hasEnded && input.readableBytes == 0 { return linger() }
        stage = .head
        let limits = loop.settings.limits
        hasHeadBegun = false
        deadline = loop.steady + Int64(limits.idleSeconds) * 1_000
        advance()
        readIfWanted()
    }

    // MARK: A connection to an origin that is this client's own

    /// The idle one that this asker's requests go over.
    func pinned(for asker: Asker) -> UpstreamConnection? {
        guard let pinned, pinned.asker == asker else { return nil }
        return pinned.connection
    }

    /// Keeps one until the asker's next request there, in place of whichever was kept before.
    func pin(_ connection: UpstreamConnection, for asker: Asker) {
        pinned?.connection.close()
        pinned = PinnedUpstream(connection, asker: asker)
        connection.owner = nil
        connection.isReused = true
        connection.wantsRead = true
    }

    /// It is in use again.
    func unpin(_ connection: UpstreamConnection) { if pinned?.connection === connection { pinned = nil } }

    // MARK: Shutting down

    /// Closes where nothing is under way. The first request of a connection just made is on its way: it is given a moment.
    func drain() {
        switch stage {
        case .preface, .head:
            guard input.readableBytes == 0 else { return }
            if hasServed { close() } else { deadline = min(deadline, loop.steady + Self.firstRequestTime) }
        default: break
        }
    }

    /// The time for ending is over.
    func cutForShutdown() {
        switch stage {
        case .exchange(let exchange): exchange.interrupt()
        case .dialling(let setup): setup.interrupt()
        case .tunnel(let tunnel): tunnel.interrupt()
        case .portal(let portal): portal.interrupt(.interrupted)
        case .credentials(let request):
            stage = .recording
            recordUnchecked(request, .interrupted)
        default: break
        }
        close()
    }
}
