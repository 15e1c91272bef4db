internal import PatternMatching

/// Counts what lists have in common: reads them twice, holding sixteen bytes for each different entry and none of its text.
enum ListOverlapper {
    static let mostPairs = 1000

    static func count(_ job: ListOverlapJob) throws -> ListOverlap {
        let work = OverlapWork()
        try read(job) { work.gather($0, $1) }
        work.beginComparing()
        try read(job) { work.compare($0, $1) }
        return work.overlap
    }

    /// A list that cannot be read is left out: it is not in force either.
    private static func read(_ job: ListOverlapJob, take: @escaping (ListEntry, String) -> Void) throws {
        for list in job.lists {
            let name = list.name
            do {
                try LabelledReading.read(
                    list.path, format: list.format, match: list.match, fileName: list.fileName, members: list.members, bounds: job.bounds
                ) { take($0, $1.isEmpty ? name : name + "/" + $1) }
            } catch is ListError {}
        }
    }
}

/// The counting of one job.
private final class OverlapWork {
    private var numbers: [String: Int] = [:]
    private var names: [String] = []
    private var entries: [Int] = []
    /// The last label asked for: entries come a file at a time.
    private var last: (label: String, number: Int)?
    private var table = OwnerTable()
    /// Entries that stand in their own list again, by entry and list, and how often: counted once.
    private var repeated: [UInt64: Int] = [:]
    private var same: [Int: Int] = [:]
    private var covered: [Int: Int] = [:]
    private var hashes: [UInt64] = []

    func gather(_ entry: ListEntry, _ label: String) {
        guard !entry.isException else { return }
        let part = number(of: label)
        let key = EntryKey(entry, suffixes: &hashes)
        if table.add(part, covers: key.covers, to: key.hash) {
            entries[part] += 1
        } else {
            repeated[key.hash &+ UInt64(part), default: 0] += 1
        }
    }

    func beginComparing() {
        last = nil
        table.count { first, second, count in same[pair(first, second), default: 0] += count }
    }

    func compare(_ entry: ListEntry, _ label: String) {
        guard !entry.isException else { return }
        let part = number(of: label)
        let key = EntryKey(entry, suffixes: &hashes)
        guard key.isHost, !hashes.isEmpty else { return }
        if !repeated.isEmpty, let left = repeated[key.hash &+ UInt64(part)] {
            repeated[key.hash &+ UInt64(part)] = left > 1 ? left - 1 : nil
            return
        }
        let own = table.owners(of: key.hash)
        var above: [UInt32] = []
        for hash in hashes { for owner in table.owners(of: hash) where owner & 1 == 1 { above.append(owner >> 1) } }
        guard !above.isEmpty else { return }
        for other in Set(above) where Int(other) != part && !own.contains(where: { $0 >> 1 == other }) {
            covered[pair(part, Int(other)), default: 0] += 1
        }
    }

    private func number(of label: String) -> Int {
        if let last, last.label == label { return last.number }
        let number = numbers[label] ?? names.count
        if number == names.count {
            numbers[label] = number
            names.append(label)
            entries.append(0)
        }
        last = (label, number)
        return number
    }

    private func pair(_ first: Int, _ second: Int) -> Int { first << 16 | second }

    var overlap: ListOverlap {
        var pairs: [ListOverlap.Pair] = []
        for first in names.indices {
            for second in names.indices where second > first {
                let both = same[pair(first, second)] ?? 0
                let (down, up) = (covered[pair(first, second)] ?? 0, covered[pair(second, first)] ?? 0)
                guard both + down + up > 0 else { continue }
                let one = made(first, second, both, down, up)
                let other = made(second, first, both, up, down)
                pairs.append(one.share >= other.share ? one : other)
            }
        }
        pairs.sort { ($1.share, $0.first, $0.second) < ($0.share, $1.first, $1.second) }
        let parts = names.indices.map { ListOverlap.Part(list: names[$0], entries: entries[$0]) }
        return ListOverlap(parts: parts.sorted { $0.list < $1.list }, pairs: Array(pairs.prefix(ListOverlapper.mostPairs)))
    }

    private func made(_ first: Int, _ second: Int, _ both: Int, _ down: Int, _ up: Int) -> ListOverlap.Pair {
        ListOverlap.Pair(
            first: names[first], second: names[second], same: both, firstCovered: down, secondCovered: up,
            share: Double(both + down) / Double(max(1, entries[first])))
    }
}

/// An entry as a number. 64 bits: among five million entries two of which meet by chance once in a million lists.
private struct EntryKey {
    var hash: UInt64
    var isHost: Bool
    /// Whether subdomains are in it.
    var covers: Bool

    /// - Parameter suffixes: takes the numbers of the names above a host, the shortest first.
    init(_ entry: ListEntry, suffixes: inout [UInt64]) {
        suffixes.removeAll(keepingCapacity: true)
        let kind = entry.kind
        isHost = (kind == .site || kind == .exact || kind == .subdomains)
        covers = kind == .site || kind == .subdomains
        var state: UInt64 = isHost ? 1 : UInt64(kind.rawValue) &+ 2
        var text = entry.text
        let isHost = isHost
        var isMarkedExact = false
        text.withUTF8 { bytes in
            var bytes = UnsafeBufferPointer(rebasing: bytes[...])
            if isHost {
                if bytes.first == UInt8(ascii: "=") {
                    isMarkedExact = true
                    bytes = UnsafeBufferPointer(rebasing: bytes.dropFirst())
                } else if bytes.starts(with: [UInt8(ascii: "*"), UInt8(ascii: ".")]) {
                    bytes = UnsafeBufferPointer(rebasing: bytes.dropFirst(2))
                }
                if bytes.last == UInt8(ascii: ".") { bytes = UnsafeBufferPointer(rebasing: bytes.dropLast()) }
            }
            // From right to left, so that one pass gives the number of every name above.
            for byte in bytes.reversed() {
                if isHost, byte == UInt8(ascii: ".") { suffixes.append(EntryKey.finished(state)) }
                let lower = isHost && (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
                state = (state ^ UInt64(lower)) &* 0x9fb2_1c65_1e98_df25
            }
        }
        if isMarkedExact { covers = false }
        hash = EntryKey.finished(state)
    }

    /// Never 0, which stands for an empty place.
    private static func finished(_ state: UInt64) -> UInt64 {
        var mixed = state ^ state >> 32
        mixed = mixed &* 0xd6e8_feb8_6659_fd93
        return (mixed ^ mixed >> 32) | 1 << 63
    }
}
