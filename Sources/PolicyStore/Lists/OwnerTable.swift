/// Which parts hold an entry, by the entry's number. Equal sets of parts are kept once: millions of entries share a few hundred of them.
struct OwnerTable {
    /// Open addressing; 0 is an empty place.
    private var keys: [UInt64]
    private var sets: [UInt32]
    private var count = 0
    /// Each set: a part's number doubled, plus one where its entry covers subdomains; sorted.
    private var known: [[UInt32]] = [[]]
    private var numbers: [[UInt32]: UInt32] = [[]: 0]
    /// The set that comes of adding an owner to a set, by both.
    private var grown: [UInt64: UInt32] = [:]

    init() {
        keys = Array(repeating: 0, count: 1 << 12)
        sets = Array(repeating: 0, count: 1 << 12)
    }

    /// - Returns: false where the part holds the entry already.
    mutating func add(_ part: Int, covers: Bool, to key: UInt64) -> Bool {
        if count * 4 > keys.count * 3 { grow() }
        let place = place(of: key)
        if keys[place] == 0 {
            keys[place] = key
            count += 1
        }
        let before = sets[place]
        let owner = UInt32(truncatingIfNeeded: part) << 1 | (covers ? 1 : 0)
        let after = set(before, with: owner)
        sets[place] = after
        return after != before && !known[Int(before)].contains { $0 >> 1 == owner >> 1 }
    }

    /// Empty for an entry nobody has.
    func owners(of key: UInt64) -> [UInt32] { known[Int(sets[place(of: key)])] }

    /// Every pair of parts, the lower number first, with how many entries they share.
    func count(_ body: (_ first: Int, _ second: Int, _ count: Int) -> Void) {
        var uses = Array(repeating: 0, count: known.count)
        for set in sets { uses[Int(set)] += 1 }
        for (set, owners) in known.enumerated() where uses[set] > 0 {
            let parts = Array(Set(owners.map { Int($0 >> 1) })).sorted()
            for (index, first) in parts.enumerated() { for second in parts[(index + 1)...] { body(first, second, uses[set]) } }
        }
    }

    private func place(of key: UInt64) -> Int {
        let mask = keys.count - 1
        var place = Int(truncatingIfNeeded: key) & mask
        while keys[place] != 0 && keys[place] != key { place = (place + 1) & mask }
        return place
    }

    private mutating func set(_ before: UInt32, with owner: UInt32) -> UInt32 {
        let step = UInt64(before) << 32 | UInt64(owner)
        if let after = grown[step] { return after }
        let owners = Array(Set(known[Int(before)] + [owner])).sorted()
        let after: UInt32
        if let number = numbers[owners] {
            after = number
        } else {
            after = UInt32(truncatingIfNeeded: known.count)
            known.append(owners)
            numbers[owners] = after
        }
        grown[step] = after
        return after
    }

    private mutating func grow() {
        let (oldKeys, oldSets) = (keys, sets)
        keys = Array(repeating: 0, count: oldKeys.count * 2)
        sets = Array(repeating: 0, count: oldKeys.count * 2)
        for (key, set) in zip(oldKeys, oldSets) where key != 0 {
            let place = place(of: key)
            keys[place] = key
            sets[place] = set
        }
    }
}
