/// Numbers by keys of two words and a mark: one flat array with linear probing, so that finding one of 100,000 clients is one look at memory.
struct FlatTable: Sendable {
    private struct Slot {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var value: Int32 = 0
        /// 0: empty.
        var mark: UInt8 = 0
    }

    private var slots: [Slot] = []
    private var count = 0

    /// The first to claim a key keeps it.
    /// - Parameters:
    ///   - mark: not 0; keys of another mark are other keys.
    ///   - value: of 31 bits; others are not kept.
    /// - Returns: whether it was new.
    @discardableResult
    mutating func insert(_ high: UInt64, _ low: UInt64, mark: UInt8, _ value: Int) -> Bool {
        guard mark != 0, let value = Int32(exactly: value), value >= 0 else { return false }
        if count * 2 >= slots.count { grow() }
        let place = place(high, low, mark)
        guard slots[place].mark == 0 else { return false }
        slots[place] = Slot(high: high, low: low, value: value, mark: mark)
        count += 1
        return true
    }

    func value(_ high: UInt64, _ low: UInt64, mark: UInt8) -> Int? {
        guard count > 0 else { return nil }
        let slot = slots[place(high, low, mark)]
        return slot.mark == 0 ? nil : Int(slot.value)
    }

    /// Where the key is, or the empty slot where it would go. Half of the slots are empty, so that there is one.
    private func place(_ high: UInt64, _ low: UInt64, _ mark: UInt8) -> Int {
        let mask = slots.count - 1
        var place = FlatTable.hash(high, low, mark) & mask
        while slots[place].mark != 0 {
            let slot = slots[place]
            if slot.low == low, slot.high == high, slot.mark == mark { return place }
            place = (place &+ 1) & mask
        }
        return place
    }

    private static func hash(_ high: UInt64, _ low: UInt64, _ mark: UInt8) -> Int {
        var mixed = (high ^ UInt64(mark) << 56) &* 0x9fb2_1c65_1e98_df25
        mixed = (mixed ^ mixed >> 32 ^ low) &* 0xd6e8_feb8_6659_fd93
        return Int(truncatingIfNeeded: mixed ^ mixed >> 32)
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: max(16, old.count * 2))
        for slot in old where slot.mark != 0 { slots[place(slot.high, slot.low, slot.mark)] = slot }
    }
}
