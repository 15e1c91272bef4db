import PatternMatching

/// The order in which a name's addresses are tried.
public enum AddressOrder {
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
