import PatternMatching

/// Address prefixes and what they belong to: the longest that holds an address wins.
struct PrefixTable: Sendable {
    private struct Key: Hashable {
        let high: UInt64
        let low: UInt64
        let length: Int
    }

    private var values: [Key: Int] = [:]
    private var lengths: [Int] = []

    /// The first to claim a prefix keeps it.
    mutating func insert(_ prefix: IPPrefix, _ value: Int) {
        let key = PrefixTable.key(prefix.address, length: prefix.length)
        if values[key] != nil { return }
        values[key] = value
        if !lengths.contains(prefix.length) {
            lengths.append(prefix.length)
            lengths.sort(by: >)
        }
    }

    func longestMatch(_ address: IPAddress) -> Int? {
        for length in lengths {
            // An IPv4 address is held as ::ffff:a.b.c.d but is in no IPv6 prefix.
            if address.isV4 && length < 96 { break }
            if let value = values[PrefixTable.key(address, length: length)] { return value }
        }
        return nil
    }

    private static func key(_ address: IPAddress, length: Int) -> Key {
        let high = length >= 64 ? address.high : address.high & mask(length)
        let low = length <= 64 ? 0 : address.low & mask(length - 64)
        return Key(high: high, low: low, length: length)
    }

    /// The upper `count` bits set.
    private static func mask(_ count: Int) -> UInt64 { count <= 0 ? 0 : ~UInt64(0) << UInt64(max(0, 64 - count)) }
}
