import PatternMatching

/// A set of IP addresses, as sorted ranges that neither touch nor overlap.
///
/// IPv4 addresses are numbers of the mapped block `::ffff:0:0/96`, which IPv6 ranges never reach into.
struct AddressRanges: Equatable {
    private(set) var ranges: [ClosedRange<UInt128>] = []

    private static let v4: ClosedRange<UInt128> = 0xffff_0000_0000...0xffff_ffff_ffff

    init() {}

    /// Every address there is.
    static let all: AddressRanges = {
        var all = AddressRanges()
        all.ranges = [0...UInt128.max]
        return all
    }()

    var isAll: Bool { self == .all }
    var isEmpty: Bool { ranges.isEmpty }

    static func number(_ address: IPAddress) -> UInt128 { UInt128(address.high) << 64 | UInt128(address.low) }

    private static func address(_ number: UInt128) -> IPAddress {
        IPAddress(high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
    }

    /// Both ends included; nothing where they are of different kinds or the wrong way round.
    mutating func insert(from first: IPAddress, to last: IPAddress) {
        let (low, high) = (AddressRanges.number(first), AddressRanges.number(last))
        guard low <= high, first.isV4 == last.isV4 else { return }
        guard !first.isV4, low < AddressRanges.v4.lowerBound, high > AddressRanges.v4.upperBound else { return insert(low...high) }
        insert(low...(AddressRanges.v4.lowerBound - 1))
        insert((AddressRanges.v4.upperBound + 1)...high)
    }

    mutating func insert(_ prefix: IPPrefix) {
        let low = AddressRanges.number(prefix.address)
        let rest: UInt128 = prefix.length == 128 ? 0 : UInt128.max >> UInt128(prefix.length)
        insert(from: prefix.address, to: AddressRanges.address(low | rest))
    }

    mutating func formUnion(_ other: AddressRanges) {
        for range in other.ranges { insert(range) }
    }

    private mutating func insert(_ range: ClosedRange<UInt128>) {
        var low = range.lowerBound
        var high = range.upperBound
        // IPv4 and IPv6 ranges beside each other stay apart: each becomes prefixes of its own kind.
        let first = ranges.firstIndex { AddressRanges.reach($0, low) } ?? ranges.count
        var end = first
        while end < ranges.count, ranges[end].lowerBound <= high || AddressRanges.isNext(high, ranges[end].lowerBound) {
            low = min(low, ranges[end].lowerBound)
            high = max(high, ranges[end].upperBound)
            end += 1
        }
        ranges.replaceSubrange(first..<end, with: [low...high])
    }

    /// Whether a range ends at or behind the place just before `low`.
    private static func reach(_ range: ClosedRange<UInt128>, _ low: UInt128) -> Bool {
        range.upperBound >= low || isNext(range.upperBound, low)
    }

    private static func isNext(_ a: UInt128, _ b: UInt128) -> Bool {
        a < UInt128.max && a + 1 == b && b != v4.lowerBound && a != v4.upperBound
    }

    func contains(_ number: UInt128) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(number)
    }

    /// Whether every address of `other` is one of these.
    func holds(_ other: AddressRanges) -> Bool {
        other.ranges.allSatisfy { range in ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound } }
    }

    /// The fewest blocks that hold these addresses and no others.
    var prefixes: [IPPrefix] {
        var prefixes: [IPPrefix] = []
        for range in ranges {
            var low = range.lowerBound
            while true {
                // As large a block as begins here and ends within the range.
                var bits = min(low.trailingZeroBitCount, 128)
                while bits > 0, bits == 128 || low | (1 << UInt128(bits) - 1) > range.upperBound { bits -= 1 }
                if let prefix = IPPrefix(address: AddressRanges.address(low), length: 128 - bits) { prefixes.append(prefix) }
                let last = low | (bits == 0 ? 0 : 1 << UInt128(bits) - 1)
                guard last < range.upperBound else { break }
                low = last + 1
            }
        }
        return prefixes
    }

    /// Its blocks as policies write them, single addresses without a length.
    var texts: [String] { prefixes.map { $0.length == 128 ? "\($0.address)" : "\($0)" } }

    /// Cuts the address space along the ends of all sets: what lies in the same of them is kept together.
    /// - Returns: for each combination of sets that some address lies in (by their indexes), its addresses; the empty combination is left out.
    static func atoms(_ sets: [AddressRanges]) -> [(members: Set<Int>, addresses: AddressRanges)] {
        var edges: Set<UInt128> = []
        for range in sets.flatMap(\.ranges) {
            edges.insert(range.lowerBound)
            if range.upperBound < UInt128.max { edges.insert(range.upperBound + 1) }
        }
        var found: [Set<Int>: AddressRanges] = [:]
        var order: [Set<Int>] = []
        let cuts = edges.sorted()
        for (index, low) in cuts.enumerated() {
            let high = index + 1 < cuts.count ? cuts[index + 1] - 1 : UInt128.max
            let members = Set(sets.indices.filter { sets[$0].contains(low) })
            guard !members.isEmpty else { continue }
            if found[members] == nil { order.append(members) }
            found[members, default: AddressRanges()].insert(low...high)
        }
        return order.map { ($0, found[$0] ?? AddressRanges()) }
    }
}
