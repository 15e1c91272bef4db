import Glibc

extension StreamSocket {
    /// Bytes that the peer has acknowledged since the connection began: what it took, and not what our kernel keeps for it, megabytes of
    /// which say nothing for minutes. Asks the kernel; nil where that does not know.
    var acknowledged: UInt64? {
        guard isOpen else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { buffer in
            var length = socklen_t(buffer.count)
            // `tcpi_bytes_acked` of linux/tcp.h, since Linux 4.1; the C library's own `tcp_info` ends before it.
            let offset = 120
            guard getsockopt(descriptor, CInt(IPPROTO_TCP), CInt(TCP_INFO), buffer.baseAddress, &length) == 0,
                Int(length) >= offset + MemoryLayout<UInt64>.size
            else { return nil }
            return UnsafeRawBufferPointer(buffer).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
    }
}
