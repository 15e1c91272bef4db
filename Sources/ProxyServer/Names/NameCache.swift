import NIOCore

/// What names stood for, for as long as their answers said, and which gave nothing. Bounded: over `capacity` the oldest answers go first.
struct NameCache {
    typealias Answer = Result<[ResolvedAddress], NameError>

    private struct Entry {
        var answer: Answer
        var expires: NIODeadline
        /// Tells an entry from one of the same name that replaced it.
        var number: UInt64
    }

    let capacity: Int
    private var entries: [String: Entry] = [:]
    /// Names in the order their answers came; those replaced since are passed over.
    private var order: CircularBuffer<(name: String, number: UInt64)> = []
    private var lastNumber: UInt64 = 0

    var count: Int { entries.count }

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// The answer where one is remembered and still holds.
    func answer(_ name: String, at now: NIODeadline) -> Answer? {
        guard let entry = entries[name], now < entry.expires else { return nil }
        return entry.answer
    }

    /// - Parameter seconds: how long the answer holds; 0 and less: not remembered. At most an hour counts.
    mutating func remember(_ name: String, _ answer: Answer, seconds: Int64, at now: NIODeadline) {
        guard seconds > 0 else {
            entries[name] = nil
            return
        }
        lastNumber &+= 1
        entries[name] = Entry(answer: answer, expires: now + .seconds(min(seconds, 3600)), number: lastNumber)
        order.append((name, lastNumber))
        while entries.count > capacity || order.count > capacity &* 2 {
            guard let oldest = order.popFirst() else { break }
            if entries[oldest.name]?.number == oldest.number { entries[oldest.name] = nil }
        }
    }

    mutating func forget() {
        entries.removeAll()
        order.removeAll()
    }
}
