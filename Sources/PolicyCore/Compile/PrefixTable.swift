import PatternMatching

/// Address prefixes and what they belong to: the longest that holds an address wins.
struct PrefixTable: Sendable {
    private var values = FlatTable()
    private var lengths: [Int] = []

    /// The first to claim a prefix keeps it.
    mutating func insert(_ prefix: IPPrefix, _ value: Int) {
        let length = prefix.length
        let (high, low) = PrefixTable.key(prefix.address, length: length)
        guard values.insert(high, low, mark: PrefixTable.mark(length), value) else { return }
        if !lengths.contains(length) {
            lengths.append(length)
            lengths.sort(by: >)
        }
    }

    func longestMatch(_ address: IPAddress) -> Int? {
        for length in lengths {
            // An IPv4 address is held as ::ffff:a.b.c.d but is in no IPv6 prefix.
            if address.isV4 && length < 96 { break }
            let (high, low) = PrefixTable.key(address, length: length)
            if let value = values.value(high, low, mark: PrefixTable.mark(length)) { return value }
        }
        return nil
    }

    private static func key(_ address: IPAddress, length: Int) -> (high: UInt64, low: UInt64) {
        let high = length >= 64 ? address.high : address.high & mask(length)
        let low = length <= 64 ? 0 : address.low & mask(length - 64)
        return (high, low)
    }

    private static func mark(_ length: Int) -> UInt8 { UInt8(truncatingIfNeeded: length &+ 1) }

    /// The upper `count` bits set.
    private static func mask(_ count: Int) -> UInt64 { count <= 0 ? 0 : ~UInt64(0) << UInt64(max(0, 64 - count)) }
}
