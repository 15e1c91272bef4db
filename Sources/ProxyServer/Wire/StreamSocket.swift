import CNeighbours
import Glibc
import NIOCore
import PatternMatching

/// A TCP connection on a socket loop. Reads once each time it is asked to, writes when flushed, closes each half by itself, and closes whole
/// when both are closed. Touched on its loop only.
///
/// The kernel tells of changes only (edge-triggered), so what it has told is remembered here: a socket costs one call to be watched,
/// however often its owner starts and stops reading.
final class StreamSocket: Watched {
    /// Bytes unsent above which nothing more should be written, and at which there is room again.
    static let highMark = 32_768
    static let lowMark = 8_192

    let loop: SocketLoop
    private(set) var owner: (any StreamOwner)?
    /// Bytes of one reading.
    private let mostRead: Int
    private var isConnecting: Bool
    private(set) var isOpen = true
    /// The peer has sent FIN, and its last byte was read.
    private(set) var hasEnded = false
    /// The kernel may have bytes, or an end, to be read.
    private(set) var mayRead = false
    /// An end or an error is there to be read behind the bytes, or more of them behind an urgent one: a short reading says nothing.
    private var endComes = false
    private var isReadWanted = false
    /// FIN follows what is unsent.
    private var endsOutput = false
    private var isOutputShut = false
    private var isBelowMark = true
    private var unsentBytes = PendingWrites()
    /// What of it lies on the loop's desk, before everything else that is unsent; the desk's to change.
    var piece = Desk.Piece()
    /// The loop flushes it soon.
    private var isFlushDue = false

    /// A connection that was accepted.
    /// - Throws: `IOError` where it cannot be watched; the descriptor is closed then.
    convenience init(accepted descriptor: CInt, on loop: SocketLoop, mostRead: Int) throws {
        try self.init(descriptor, on: loop, mostRead: mostRead, isConnecting: false)
    }

    /// Begins a connection; the owner hears ``StreamOwner/opened()`` or ``StreamOwner/closed(_:)``.
    /// - Throws: `IOError` where it cannot even be begun.
    convenience init(to address: IPAddress, port: UInt16, on loop: SocketLoop, mostRead: Int) throws {
        let descriptor = address.withNetworkBytes { weir_connect($0, address.isV4 ? 1 : 0, port) }
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "connect") }
        try self.init(descriptor, on: loop, mostRead: mostRead, isConnecting: true)
    }

    private init(_ descriptor: CInt, on loop: SocketLoop, mostRead: Int, isConnecting: Bool) throws {
        self.loop = loop
        self.mostRead = mostRead
        self.isConnecting = isConnecting
        super.init(descriptor: descriptor)
        try loop.watch(self)
    }

    /// Says who hears of what happens; before the loop's next turn.
    func attach(_ owner: any StreamOwner) { self.owner = owner }

    /// The address the connection was made to, on our side.
    var localAddress: (address: IPAddress, port: UInt16)? { isOpen ? ListeningSocket.localAddress(of: descriptor) : nil }

    // MARK: What the kernel tells

    override func happened(_ what: UInt32) {
        if isConnecting { return connected(what) }
        if what & (UInt32(WEIR_READABLE) | UInt32(WEIR_ENDED) | UInt32(WEIR_FAILED) | UInt32(WEIR_URGENT)) != 0 {
            mayRead = true
            if what & (UInt32(WEIR_ENDED) | UInt32(WEIR_FAILED) | UInt32(WEIR_URGENT)) != 0 { endComes = true }
        }
        if what & UInt32(WEIR_WRITABLE) != 0, unsentBytes.count > 0 { flush() }
        guard isOpen else { return }
        if isReadWanted, mayRead { return readOnce() }
        // Whoever does not read now would not learn that there is nobody left to write to.
        if what & UInt32(WEIR_FAILED) != 0 { fail(weir_socket_error(descriptor)) }
    }

    private func connected(_ what: UInt32) {
        if what & UInt32(WEIR_FAILED) != 0 || what & UInt32(WEIR_WRITABLE) == 0 {
            let code = weir_socket_error(descriptor)
            if code != 0 { return fail(code) }
            guard what & UInt32(WEIR_WRITABLE) != 0 else { return }
        }
        isConnecting = false
        owner?.opened()
        // The origin may have spoken, or left, already.
        guard isOpen, what & ~UInt32(WEIR_WRITABLE) != 0 else { return }
        happened(what & ~UInt32(WEIR_WRITABLE))
    }

    override func loopEnded() { close() }

    // MARK: Reading

    /// Asks for one reading; it comes when there is something to be read.
    func read() {
        guard isOpen, !hasEnded, !isReadWanted else { return }
        isReadWanted = true
        if mayRead { loop.readLater(self) }
    }

    /// Whether nothing has come that nobody has read: the kernel is asked, which may know of more than it has told.
    var isSilent: Bool {
        guard isOpen, !mayRead else { return false }
        var byte: UInt8 = 0
        while true {
            if recv(descriptor, &byte, 1, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT)) >= 0 { return false }
            if errno != EINTR { return errno == EAGAIN }
        }
    }

    /// The loop's turn for a socket that had more to read than one reading takes.
    func readOnceMore() { if isOpen, isReadWanted, mayRead { readOnce() } }

    private func readOnce() {
        switch loop.receive(from: descriptor, atMost: mostRead) {
        case .bytes(let bytes):
            // Fewer than asked for: the kernel has no more, and tells when it has.
            if bytes.readableBytes < mostRead, !endComes { mayRead = false }
            isReadWanted = false
            owner?.received(bytes)
            owner?.readComplete()
        case .later: mayRead = false
        case .end: end()
        case .failed(let code): fail(code)
        }
    }

    private func end() {
        mayRead = false
        isReadWanted = false
        hasEnded = true
        if isOutputShut { return close() }
        owner?.inputEnded()
    }

    // MARK: Writing

    /// Bytes written and not yet taken.
    var unsent: Int { unsentBytes.count + piece.count }

    /// Whether more may be written without holding too much.
    var isWritable: Bool { isOpen && isBelowMark }

    /// Keeps bytes until the next ``flush()``.
    func write(_ bytes: ByteBuffer) {
        guard isOpen, !endsOutput else { return }
        let isTaken = mayLie && bytes.readableBytes <= Desk.mostAtOnce && bytes.withUnsafeReadableBytes { loop.desk.take($0, of: self) }
        if !isTaken { unsentBytes.append(bytes) }
    }

    /// The same for bytes that stay the caller's.
    func write(_ bytes: [UInt8]) {
        guard isOpen, !endsOutput else { return }
        let isTaken = mayLie && bytes.withUnsafeBytes { loop.desk.take($0, of: self) }
        if !isTaken { unsentBytes.append(ByteBuffer(bytes: bytes)) }
    }

    /// Whether what is written next may lie on the loop's desk: nothing waits before it.
    private var mayLie: Bool { unsentBytes.count == 0 && !isConnecting }

    /// What lies on the desk is kept here: somebody else needs it, or the turn is over.
    func leaveDesk(_ bytes: UnsafeRawBufferPointer) {
        var own = ByteBufferAllocator().buffer(capacity: bytes.count)
        own.writeBytes(bytes)
        unsentBytes.prepend(own)
    }

    /// Sends what was written, as far as the kernel takes it; the rest follows by itself. What lies on the desk is sent together with others'
    /// within this turn: whoever gets it is woken once for several, and not for each.
    func flush() {
        guard isOpen, !isConnecting else { return }
        guard piece.count > 0, unsentBytes.count == 0 else { return flushNow() }
        guard !isFlushDue else { return }
        isFlushDue = true
        loop.flushSoon(self)
    }

    /// What ``flush()`` put off.
    func flushIfDue() { if isFlushDue { flushNow() } }

    private func flushNow() {
        isFlushDue = false
        guard isOpen else { return }
        if unsent > 0 {
            let code = send()
            if code != 0, code != EAGAIN { return fail(code) }
            noteMark()
        }
        if endsOutput, isOpen, unsent == 0 { shutOutput() }
    }

    /// Most replies lie on the desk as a whole and leave in one call.
    private func send() -> CInt {
        if unsentBytes.count == 0, let code = loop.desk.send(self) { return code }
        loop.desk.clear(self)
        return unsentBytes.send(to: descriptor)
    }

    private func noteMark() {
        let unsent = unsentBytes.count
        if isBelowMark, unsent > Self.highMark {
            isBelowMark = false
            owner?.writabilityChanged(false)
        } else if !isBelowMark, unsent <= Self.lowMark {
            isBelowMark = true
            owner?.writabilityChanged(true)
        }
    }

    /// Sends FIN behind what was written.
    func closeOutput() {
        guard isOpen, !endsOutput else { return }
        endsOutput = true
        flush()
    }

    private func shutOutput() {
        guard !isOutputShut else { return }
        isOutputShut = true
        if hasEnded { return close() }
        if shutdown(descriptor, CInt(SHUT_WR)) != 0 { close() }
    }

    // MARK: Closing

    /// Closes both halves; what was not flushed, or the kernel has not taken, is lost.
    func close() { close(nil) }

    /// Closing sends a reset, and no end that could be taken for one that was meant; what the kernel has not sent is lost then.
    func resetAtClose() {
        guard isOpen else { return }
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private func fail(_ code: CInt) { close(IOError(errnoCode: code == 0 ? ECONNRESET : code, reason: "socket")) }

    private func close(_ error: (any Error)?) {
        guard isOpen else { return }
        // What was flushed before was to go out before.
        if isFlushDue { _ = send() }
        isFlushDue = false
        isOpen = false
        unsentBytes.removeAll()
        let last = owner
        owner = nil
        loop.desk.drop(self)
        loop.forget(self, and: last)
        Glibc.close(descriptor)
        last?.closed(error)
    }
}
