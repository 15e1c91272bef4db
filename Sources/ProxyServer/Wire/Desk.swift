import Glibc

/// Where a loop's sockets lay what they are about to send: heads and small bodies lie here one behind the other and leave in one call, with no
/// buffer made for any of them. One socket at a time; what it has not sent by the end of the turn it takes along.
///
/// Touched on its loop only.
final class Desk {
    /// More than this of one write is not worth copying.
    static let mostAtOnce = 4_096
    private static let size = 16_384

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Desk.size, alignment: 16)
    private var count = 0
    private var holder: StreamSocket?

    deinit { memory.deallocate() }

    /// Bytes of this socket that lie here.
    func count(of socket: StreamSocket) -> Int { holder === socket ? count : 0 }

    /// Copies bytes behind those of the same socket.
    /// - Returns: false where there is no room, or another socket's bytes lie here.
    func take(_ bytes: UnsafeRawBufferPointer, of socket: StreamSocket) -> Bool {
        if holder !== socket {
            guard holder == nil else { return false }
            holder = socket
        }
        guard bytes.count <= Self.size - count else { return false }
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
        count += bytes.count
        return true
    }

    /// Offers this socket's bytes to the kernel; what it does not take goes back to the socket.
    /// - Returns: nil where none lie here; 0; or the errno of a call that took nothing.
    func send(_ socket: StreamSocket) -> CInt? {
        guard holder === socket, count > 0 else { return nil }
        while true {
            let taken = Glibc.send(socket.descriptor, memory.baseAddress, count, CInt(MSG_NOSIGNAL))
            if taken < 0, errno == EINTR { continue }
            let code = taken < 0 ? errno : 0
            leave(from: max(0, taken))
            return code
        }
    }

    /// Gives this socket its bytes back.
    func clear(_ socket: StreamSocket) { if holder === socket { leave(from: 0) } }

    /// Gives back whatever lies here.
    func clear() { if holder != nil { leave(from: 0) } }

    /// Throws this socket's bytes away.
    func drop(_ socket: StreamSocket) {
        guard holder === socket else { return }
        holder = nil
        count = 0
    }

    private func leave(from start: Int) {
        let (socket, end) = (holder, count)
        holder = nil
        count = 0
        if start < end { socket?.leaveDesk(UnsafeRawBufferPointer(rebasing: memory[start..<end])) }
    }
}
