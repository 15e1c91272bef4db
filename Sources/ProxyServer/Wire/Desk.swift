import Glibc

/// Where a loop's sockets lay what they are about to send: heads and small bodies lie here one behind the other, each socket's in one piece, and
/// leave in one call for each socket, with no buffer made for any of them. What was not sent by the end of the turn a socket takes along.
///
/// Touched on its loop only.
final class Desk {
    /// More than this of one write is not worth copying.
    static let mostAtOnce = 4_096
    /// Of one socket.
    static let mostOfOne = 16_384
    static let size = 65_536

    /// Where a socket's bytes lie.
    struct Piece {
        fileprivate(set) var start = 0
        fileprivate(set) var count = 0
    }

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Desk.size, alignment: 16)
    private var used = 0
    /// Those with bytes here, and some that had; between turns nothing but memory.
    private var holders: [StreamSocket] = []
    private var pieces = 0
    /// Whose bytes end at `used`.
    private var last: ObjectIdentifier?

    deinit { memory.deallocate() }

    /// Copies bytes behind those of the same socket.
    /// - Returns: false where there is no room, or another socket's bytes lie behind this one's.
    func take(_ bytes: UnsafeRawBufferPointer, of socket: StreamSocket) -> Bool {
        guard bytes.count <= Self.size - used, bytes.count <= Self.mostOfOne - socket.piece.count else { return false }
        if bytes.isEmpty { return true }
        let me = ObjectIdentifier(socket)
        if socket.piece.count == 0 {
            socket.piece = Piece(start: used, count: 0)
            pieces += 1
            holders.append(socket)
            last = me
        } else if last != me {
            return false
        }
        UnsafeMutableRawBufferPointer(rebasing: memory[used...]).copyMemory(from: bytes)
        used += bytes.count
        socket.piece.count += bytes.count
        return true
    }

    /// Offers this socket's bytes to the kernel; what it does not take goes back to the socket.
    /// - Returns: nil where none lie here; 0; or the errno of a call that took nothing.
    func send(_ socket: StreamSocket) -> CInt? {
        let piece = socket.piece
        guard piece.count > 0 else { return nil }
        while true {
            let taken = Glibc.send(socket.descriptor, memory.baseAddress.map { $0 + piece.start }, piece.count, CInt(MSG_NOSIGNAL))
            if taken < 0, errno == EINTR { continue }
            let code = taken < 0 ? errno : 0
            leave(socket, from: max(0, taken))
            return code
        }
    }

    /// Gives this socket its bytes back.
    func clear(_ socket: StreamSocket) { if socket.piece.count > 0 { leave(socket, from: 0) } }

    /// Gives back whatever lies here.
    func clear() {
        guard !holders.isEmpty else { return }
        for socket in holders { clear(socket) }
        holders.removeAll(keepingCapacity: true)
    }

    /// Throws this socket's bytes away.
    func drop(_ socket: StreamSocket) { if socket.piece.count > 0 { free(socket) } }

    /// - Parameter start: bytes that were sent.
    private func leave(_ socket: StreamSocket, from start: Int) {
        let piece = socket.piece
        free(socket)
        // Nobody lays anything here before these bytes were copied.
        if start < piece.count {
            socket.leaveDesk(UnsafeRawBufferPointer(rebasing: memory[piece.start + start..<piece.start + piece.count]))
        }
    }

    private func free(_ socket: StreamSocket) {
        socket.piece = Piece()
        if last == ObjectIdentifier(socket) { last = nil }
        pieces -= 1
        if pieces == 0 { used = 0 }
    }
}
