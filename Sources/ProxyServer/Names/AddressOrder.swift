import Glibc
import PatternMatching

/// The order in which a name's addresses are tried.
public enum AddressOrder {
    /// Both families of one name, in order of preference: IPv6 first where this machine can reach it from an address of the same kind
    /// (RFC 6724 rules 1, 2 and 5), else IPv4; within a family the server's order stays.
    static func preferred(v4: [ResolvedAddress], v6: [ResolvedAddress]) -> [ResolvedAddress] {
        guard let first = v6.first?.address, !v4.isEmpty else { return v6 + v4 }
        return isReached(first) ? v6 + v4 : v4 + v6
    }

    /// Whether packets to an IPv6 address leave from a fitting address of ours; sends none.
    private static func isReached(_ address: IPAddress) -> Bool {
        let probe = socket(AF_INET6, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return false }
        defer { close(probe) }
        var target = sockaddr_in6()
        target.sin6_family = sa_family_t(AF_INET6)
        target.sin6_port = UInt16(53).bigEndian
        withUnsafeMutableBytes(of: &target.sin6_addr) { bytes in
            bytes.storeBytes(of: address.high.bigEndian, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let isRouted = withUnsafePointer(to: target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(probe, $0, size) == 0 }
        }
        guard isRouted else { return false }
        var own = sockaddr_in6()
        var length = size
        let source = withUnsafeMutablePointer(to: &own) { pointer -> IPAddress? in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(probe, $0, &length) == 0 ? IPAddress(socketAddress: UnsafeRawPointer($0)) : nil
            }
        }
        return source.map { isLocal($0) == isLocal(address) } ?? false
    }

    /// Unique local (RFC 4193) and link-local addresses reach no global ones.
    private static func isLocal(_ address: IPAddress) -> Bool { address.high >> 57 == 0x7e || address.high >> 54 == 0x3fa }

    /// RFC 8305 section 4: families alternate, beginning with the family of the first address; within a family the given order stays.
    /// - Parameter addresses: in the order of preference (RFC 6724), as ``NameResolver`` gives them.
    public static func interleaved(_ addresses: [ResolvedAddress]) -> [ResolvedAddress] {
        guard let first = addresses.first, addresses.contains(where: { $0.address.isV4 != first.address.isV4 }) else { return addresses }
        let leading = addresses.filter { $0.address.isV4 == first.address.isV4 }
        let other = addresses.filter { $0.address.isV4 != first.address.isV4 }
        var result: [ResolvedAddress] = []
        result.reserveCapacity(addresses.count)
        for index in 0..<max(leading.count, other.count) {
            if index < leading.count { result.append(leading[index]) }
            if index < other.count { result.append(other[index]) }
        }
        return result
    }
}
