internal import Glibc

/// Texts by their bytes, each with two numbers. A text that is looked up is not copied and not made a `String`.
struct TextTable {
    private struct Entry {
        let kind: Int64
        let hash: Int
        let start: Int
        let count: Int
        let numbers: (Int64, Int64)
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    /// Indices of entries, -1 where free; a power of two, at most half of it taken.
    private var slots = [Int32](repeating: -1, count: 64)

    var count: Int { entries.count }
    /// Bytes of what is held, without room to grow.
    var size: Int { entries.count &* MemoryLayout<Entry>.stride &+ slots.count &* MemoryLayout<Int32>.stride &+ bytes.count }

    /// - Parameter entry: as `find` or `add` gave it.
    func numbers(_ entry: Int) -> (Int64, Int64) { entries[entry].numbers }

    /// Whether an entry is this text, whatever its kind.
    func holds(_ entry: Int, _ text: UnsafeRawBufferPointer) -> Bool {
        let entry = entries[entry]
        guard entry.count == text.count else { return false }
        guard let other = text.baseAddress, entry.count > 0 else { return true }
        return bytes.withUnsafeBytes { all in
            all.baseAddress.map { memcmp($0 + entry.start, other, entry.count) == 0 } ?? false
        }
    }

    /// - Parameter kind: texts of two kinds are two.
    func find(_ kind: Int64, _ text: UnsafeRawBufferPointer) -> Int? {
        let hash = Self.hash(kind, text)
        var slot = hash & (slots.count &- 1)
        while slots[slot] >= 0 {
            let entry = Int(slots[slot])
            if entries[entry].hash == hash, entries[entry].kind == kind, holds(entry, text) { return entry }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return nil
    }

    /// Adds a text that is not there.
    /// - Returns: its entry.
    mutating func add(_ kind: Int64, _ text: UnsafeRawBufferPointer, _ numbers: (Int64, Int64)) -> Int {
        if (entries.count &+ 1) &* 2 > slots.count { grow() }
        let hash = Self.hash(kind, text)
        entries.append(Entry(kind: kind, hash: hash, start: bytes.count, count: text.count, numbers: numbers))
        bytes.append(contentsOf: text)
        place(entries.count &- 1, hash)
        return entries.count &- 1
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count &* 2)
        for (index, entry) in entries.enumerated() { place(index, entry.hash) }
    }

    private mutating func place(_ index: Int, _ hash: Int) {
        var slot = hash & (slots.count &- 1)
        while slots[slot] >= 0 { slot = (slot &+ 1) & (slots.count &- 1) }
        slots[slot] = Int32(truncatingIfNeeded: index)
    }

    /// Hosts and names of programs are anybody's to choose: the standard library's hash is seeded.
    private static func hash(_ kind: Int64, _ text: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(kind)
        hasher.combine(bytes: text)
        return hasher.finalize()
    }
}
