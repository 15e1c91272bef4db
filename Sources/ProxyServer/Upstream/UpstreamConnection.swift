import NIOCore

/// One connection to an origin, on the loop of whom it works for. Reads only while its owner wants bytes.
final class UpstreamConnection: StreamOwner {
    let key: UpstreamKey
    /// Set while an exchange or tunnel uses it; nil in the pool.
    var owner: (any UpstreamOwner)?
    /// Steady milliseconds at which it was put into the pool.
    var idleSince: Int64 = 0
    /// Where it waited last.
    var line: UpstreamPool.Line?
    /// Whether it served an exchange before.
    var isReused = false
    /// Its origin takes it, or may take it, for one user's: never anybody else's again (``PinnedUpstream``).
    var isPinned = false
    /// Whether bytes may be read now.
    var wantsRead = true {
        didSet { if wantsRead, !oldValue { socket.read() } }
    }
    private let loop: ProxyLoop
    private let socket: StreamSocket
    /// Hears once whether the connection came up.
    private var whenUp: ((Result<UpstreamConnection, any Error>) -> Void)?

    init(key: UpstreamKey, loop: ProxyLoop, socket: StreamSocket, _ whenUp: @escaping (Result<UpstreamConnection, any Error>) -> Void) {
        self.key = key
        self.loop = loop
        self.socket = socket
        self.whenUp = whenUp
        socket.attach(self)
    }

    var isOpen: Bool { socket.isOpen }
    /// The origin may have sent more, or its end, than was read: whatever that is, it was sent before anything that is asked next.
    var mayHaveMore: Bool { socket.mayRead }
    /// Open, and the origin has sent nothing, its end neither, that was not read.
    var isSilent: Bool { socket.isSilent }
    var isWritable: Bool { socket.isWritable }
    /// Bytes written and not yet taken by the kernel.
    var unsent: Int { socket.unsent }
    /// Bytes the origin has acknowledged, as far as the kernel knows.
    var acknowledged: UInt64? { socket.acknowledged }

    // MARK: The socket's events

    func opened() {
        let whenUp = self.whenUp
        self.whenUp = nil
        loop.counters.upstreamConnections += 1
        whenUp?(.success(self))
        if wantsRead { socket.read() }
    }

    func received(_ bytes: ByteBuffer) {
        guard let owner else {
            // Bytes nobody asked for: never to be taken for the next reply.
            return close()
        }
        owner.upstreamReceived(bytes)
    }

    func readComplete() {
        owner?.upstreamReadComplete()
        if wantsRead { socket.read() }
    }

    func writabilityChanged(_ isWritable: Bool) { owner?.upstreamWritabilityChanged(isWritable) }

    func inputEnded() { if let owner { owner.upstreamEnded() } else { close() } }

    func closed(_ error: (any Error)?) {
        let (owner, whenUp) = (self.owner, self.whenUp)
        (self.owner, self.whenUp) = (nil, nil)
        loop.upstreamGone(self, wasUp: whenUp == nil)
        whenUp?(.failure(error ?? ChannelError.alreadyClosed))
        owner?.upstreamClosed(error)
    }

    // MARK: The owner's wishes

    func write(_ bytes: ByteBuffer) { socket.write(bytes) }

    func write(_ bytes: [UInt8]) { socket.write(bytes) }

    func flush() { socket.flush() }

    /// Sends FIN behind what was written.
    func closeOutput() { socket.closeOutput() }

    /// The origin is to see a reset in place of an end.
    func resetAtClose() { socket.resetAtClose() }

    func close() {
        owner = nil
        socket.close()
    }
}
