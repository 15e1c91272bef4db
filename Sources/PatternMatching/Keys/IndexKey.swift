/// The bytes that stand for a host, an address block or a path in an index. Hosts are their own text; the others begin with a byte that no
/// host holds.
enum IndexKey {
    static let prefixMark: UInt8 = 1
    static let pathMark: UInt8 = 2
    static let pathCaselessMark: UInt8 = 3
    /// Mark and group number before a path.
    static let pathOffset = 5

    static func hash(host: some BidirectionalCollection<UInt8>, seed: UInt64) -> UInt64 {
        var hash = RollingHash(seed: seed, space: .host)
        for byte in host.reversed() { hash.feed(byte) }
        return hash.value
    }

    static func prefix(_ prefix: IPPrefix) -> [UInt8] {
        var key = [prefixMark]
        for half in [prefix.address.high, prefix.address.low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) { key.append(UInt8(truncatingIfNeeded: half >> shift)) }
        }
        key.append(UInt8(truncatingIfNeeded: prefix.length))
        return key
    }

    static func hash(prefix key: [UInt8], seed: UInt64) -> UInt64 {
        var hash = RollingHash(seed: seed, space: .prefix)
        for byte in key { hash.feed(byte) }
        return hash.value
    }

    static func path(_ path: [UInt8], group: UInt32, caseless: Bool) -> [UInt8] {
        var key = [caseless ? pathCaselessMark : pathMark]
        for shift in [0, 8, 16, 24] as [UInt32] { key.append(UInt8(truncatingIfNeeded: group >> shift)) }
        return key + path
    }

    static func hash(path: [UInt8], group: UInt32, caseless: Bool, seed: UInt64) -> UInt64 {
        var hash = RollingHash(seed: seed, space: caseless ? .pathCaseless : .path, group: group)
        for byte in path { hash.feed(byte) }
        return hash.value
    }

    /// The hash of any key, by its bytes.
    static func hash(key: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
        var hash: RollingHash
        switch key.first {
        case prefixMark:
            hash = RollingHash(seed: seed, space: .prefix)
            for byte in key { hash.feed(byte) }
        case pathMark, pathCaselessMark:
            var group: UInt32 = 0
            for byte in key.prefix(pathOffset).dropFirst().reversed() { group = group << 8 | UInt32(byte) }
            hash = RollingHash(seed: seed, space: key.first == pathMark ? .path : .pathCaseless, group: group)
            for byte in key.dropFirst(pathOffset) { hash.feed(byte) }
        default:
            hash = RollingHash(seed: seed, space: .host)
            var place = key.count
            while place > 0 {
                place &-= 1
                hash.feed(key[place])
            }
        }
        return hash.value
    }
}
