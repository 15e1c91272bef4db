import Glibc
import NIOCore

/// Bytes written to a socket and not yet taken by the kernel.
struct PendingWrites {
    private var first = ByteBuffer()
    /// What follows it; those before `next` have moved up.
    private var rest: [ByteBuffer] = []
    private var next = 0
    private(set) var count = 0

    /// How many buffers go into one call.
    private static let mostParts = 16
    /// How many small pieces wait as parts of their own, uncopied; those that follow are gathered: a body may come in chunks of one byte.
    private static let mostApart = 4
    private static let small = 4_096

    mutating func append(_ bytes: ByteBuffer) {
        let length = bytes.readableBytes
        guard length > 0 else { return }
        if count == 0 {
            first = bytes
        } else if length > Self.small || rest.count - next < Self.mostApart {
            rest.append(bytes)
        } else {
            gather(bytes, length)
        }
        count += length
    }

    /// Puts bytes before all others.
    mutating func prepend(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        if count > 0 {
            rest.replaceSubrange(..<next, with: [first])
            next = 0
        }
        first = bytes
        count += bytes.readableBytes
    }

    private mutating func gather(_ bytes: ByteBuffer, _ length: Int) {
        let last = rest.count - 1
        if rest[last].writableBytes >= length {
            rest[last].writeImmutableBuffer(bytes)
        } else {
            var gathered = ByteBufferAllocator().buffer(capacity: 2 * Self.small)
            gathered.writeImmutableBuffer(bytes)
            rest.append(gathered)
        }
    }

    mutating func removeAll() {
        first = ByteBuffer()
        rest = []
        next = 0
        count = 0
    }

    /// Offers everything to the kernel, until it takes no more.
    /// - Returns: 0; or the errno of a call that took nothing.
    mutating func send(to descriptor: CInt) -> CInt {
        while count > 0 {
            let (taken, offered) = rest.isEmpty ? sendFirst(descriptor) : sendParts(descriptor)
            if taken < 0 {
                let code = errno
                if code == EINTR { continue }
                if code == EAGAIN { settle() }
                return code
            }
            drop(taken)
            // It took what it had room for, and tells when there is more.
            if taken < offered {
                settle()
                return 0
            }
        }
        return 0
    }

    /// What has to wait waits in memory of its own: a piece of a reading would hold the memory of the whole, many times as large. What was
    /// gathered has no more than its own already, and keeps its room.
    private mutating func settle() {
        if first.storageCapacity > 2 * Self.small { first.makeOwn() }
        for at in next..<rest.count where rest[at].storageCapacity > 2 * Self.small { rest[at].makeOwn() }
    }

    private func sendFirst(_ descriptor: CInt) -> (taken: Int, offered: Int) {
        first.withUnsafeReadableBytes { (Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)), $0.count) }
    }

    private func sendParts(_ descriptor: CInt) -> (taken: Int, offered: Int) {
        let parts = min(rest.count - next + 1, Self.mostParts)
        return withUnsafeTemporaryAllocation(of: iovec.self, capacity: parts) { vectors in
            var offered = 0
            // The buffers are held by this value, so their storage stays where it is while the kernel reads it.
            for at in 0..<parts {
                vectors[at] = (at == 0 ? first : rest[next + at - 1]).withUnsafeReadableBytes {
                    iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
                }
                offered += vectors[at].iov_len
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = parts
            return (sendmsg(descriptor, &message, CInt(MSG_NOSIGNAL)), offered)
        }
    }

    private mutating func drop(_ taken: Int) {
        count -= taken
        if count == 0 { return removeAll() }
        var left = taken
        while left >= first.readableBytes, next < rest.count {
            left -= first.readableBytes
            first = rest[next]
            rest[next] = ByteBuffer()
            next += 1
        }
        if next == rest.count {
            rest = []
            next = 0
        }
        first.moveReaderIndex(forwardBy: min(left, first.readableBytes))
        first.makeOwn()
    }
}
