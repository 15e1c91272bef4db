/// A key of a roll-up: numbers the database gave, days and hours. Nobody outside chooses them, so that a cheap hash will do.
protocol SumKey: Equatable {
    var mixed: UInt64 { get }
}

extension FixedWidthInteger {
    /// Both, so that a change in either changes high and low bits.
    func mixed(with other: Int64) -> UInt64 {
        var mixed = (UInt64(truncatingIfNeeded: self) ^ UInt64(bitPattern: other) &* 0x9e37_79b9_7f4a_7c15) &* 0xff51_afd7_ed55_8ccd
        mixed ^= mixed >> 32
        return mixed
    }
}

/// Sums by key. Every visit adds to eight of them.
struct SumTable<Key: SumKey> {
    /// In the order they came.
    private(set) var rows: [(key: Key, totals: RollUpTotals)] = []
    /// Indices of rows, -1 where free; a power of two, at most half of it taken.
    private var slots = [Int32](repeating: -1, count: 64)
    /// The row added to last: neighbours mostly share theirs.
    private var last = -1

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ totals: RollUpTotals, at key: Key) {
        if last >= 0, rows[last].key == key {
            rows[last].totals += totals
            return
        }
        let (row, slot) = find(key)
        if let row {
            rows[row].totals += totals
            last = row
        } else {
            last = rows.count
            rows.append((key, totals))
            slots[slot] = Int32(truncatingIfNeeded: last)
            if rows.count &* 2 > slots.count { grow() }
        }
    }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        for slot in slots.indices { slots[slot] = -1 }
        last = -1
    }

    /// The key's row, or the slot it would have.
    private func find(_ key: Key) -> (row: Int?, slot: Int) {
        var slot = Int(truncatingIfNeeded: key.mixed) & (slots.count &- 1)
        while slots[slot] >= 0 {
            let row = Int(slots[slot])
            if rows[row].key == key { return (row, slot) }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return (nil, slot)
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count &* 2)
        for row in rows.indices {
            slots[find(rows[row].key).slot] = Int32(truncatingIfNeeded: row)
        }
    }
}
