/// The keys of an index under construction and, for each, its postings in the order they were added.
struct KeyTable {
    struct Key {
        var hash: UInt64
        var text: UInt32
        /// Places in `items`, from 1.
        var first: UInt32 = 0
        var last: UInt32 = 0
        var length: UInt16
    }

    struct Item: Equatable {
        var next: UInt32 = 0
        var line: UInt32
        var written: UInt32
        var source: UInt16
        var port: UInt16
        var header: UInt8

        /// The same entry, perhaps on another line.
        func repeats(_ other: Item) -> Bool {
            source == other.source && port == other.port && (header ^ other.header) & 0x0f == 0
        }
    }

    private(set) var text: [UInt8] = []
    private(set) var keys: [Key] = []
    private(set) var items: [Item] = []
    private var slots: [UInt32] = []

    /// Bytes the records will take, at most.
    var weight: Int { text.count + 3 * keys.count + 14 * items.count }

    /// The key's index, a new one where it is not there yet; nil when the table is full.
    mutating func index(of key: [UInt8], hash: UInt64) -> Int? {
        if keys.count * 4 >= slots.count * 3 { grow() }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if keys[index].hash == hash, isKey(index, key) { return index }
            slot = (slot + 1) & mask
        }
        guard weight < 3 << 30, key.count <= Int(UInt16.max) else { return nil }
        keys.append(Key(hash: hash, text: UInt32(clamping: text.count), length: UInt16(key.count)))
        text.append(contentsOf: key)
        slots[slot] = UInt32(keys.count)
        return keys.count - 1
    }

    /// Adds a posting to a key unless the one before it says the same.
    /// - Returns: whether it was added.
    mutating func add(_ item: Item, to key: Int) -> Bool {
        let last = Int(keys[key].last)
        if last > 0, items[last - 1].repeats(item) { return false }
        items.append(item)
        let place = UInt32(items.count)
        if last > 0 { items[last - 1].next = place } else { keys[key].first = place }
        keys[key].last = place
        return true
    }

    private func isKey(_ index: Int, _ key: [UInt8]) -> Bool {
        let entry = keys[index]
        guard Int(entry.length) == key.count else { return false }
        return text.withUnsafeBufferPointer { pool in
            key.withUnsafeBufferPointer { $0.elementsEqual(pool[Int(entry.text)..<(Int(entry.text) + key.count)]) }
        }
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: max(64, slots.count * 2))
        let mask = slots.count - 1
        for (index, key) in keys.enumerated() {
            var slot = Int(truncatingIfNeeded: key.hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(index + 1)
        }
    }
}
