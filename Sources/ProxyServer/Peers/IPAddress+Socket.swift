import Glibc
import NIOCore
import PatternMatching

extension IPAddress {
    /// The address of a `sockaddr_in` or `sockaddr_in6`; nil for other families.
    /// - Parameter socketAddress: as many bytes as its family says must be there.
    init?(socketAddress: UnsafeRawPointer) {
        let family = Int32(socketAddress.loadUnaligned(as: sockaddr.self).sa_family)
        if family == AF_INET {
            self.init(v4: UInt32(bigEndian: socketAddress.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        } else if family == AF_INET6 {
            var address = socketAddress.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self = withUnsafeBytes(of: &address) { IPAddress(networkOrder: $0) }
        } else {
            return nil
        }
    }

    /// - Parameter bytes: 16 of them.
    init(networkOrder bytes: UnsafeRawBufferPointer) {
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// Lends the 4 or 16 bytes in network order.
    func withNetworkBytes<Result>(_ body: (UnsafeRawPointer?) -> Result) -> Result {
        if isV4 {
            return withUnsafeBytes(of: UInt32(truncatingIfNeeded: low).bigEndian) { body($0.baseAddress) }
        }
        return withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { body($0.baseAddress) }
    }
}
