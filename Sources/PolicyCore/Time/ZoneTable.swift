/// A time zone as a table of moments at which its offset changes, and the rule for the time after the table.
public struct ZoneTable: Sendable, Hashable {
    /// Seconds since 1970 at which a new offset begins; ascending.
    let transitions: [Int64]
    /// The offset in force before the first transition, then after each: one more than `transitions`. Seconds east of UTC.
    let offsets: [Int]
    /// What holds after the last transition.
    let rule: ZoneRule?

    /// UTC.
    public static let utc = ZoneTable(fixed: 0)

    /// A zone that never changes.
    /// - Parameter fixed: seconds east of UTC, at most a day either way.
    public init(fixed: Int) { self.init(transitions: [], offsets: [min(max(fixed, -86_400), 86_400)], rule: nil) }

    /// - Parameter offsets: one more than `transitions`; transitions ascend.
    init(transitions: [Int64], offsets: [Int], rule: ZoneRule?) {
        self.transitions = transitions
        self.offsets = offsets
        self.rule = rule
    }

    /// Seconds east of UTC in force at a moment.
    /// - Parameter seconds: since 1970, UTC.
    public func offset(at seconds: Int64) -> Int {
        if let rule, seconds >= transitions.last ?? Int64.min { return rule.offset(at: seconds) }
        return offsets[index(at: seconds)]
    }

    /// The next moment after `seconds` at which the offset changes, or nil for never.
    public func nextTransition(after seconds: Int64) -> Int64? {
        var index = index(at: seconds)
        while index < transitions.count {
            if offsets[index + 1] != offsets[index] { return transitions[index] }
            index += 1
        }
        guard let rule else { return nil }
        return rule.nextTransition(after: max(seconds, transitions.last ?? seconds))
    }

    /// How many transitions are at or before `seconds`: the index of the offset then in force.
    private func index(at seconds: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ZoneTable {
    /// Wall-clock seconds since 1970-01-01 00:00 local.
    func local(_ seconds: Int64) -> Int64 { seconds &+ Int64(offset(at: seconds)) }

    /// The wall clock at an instant: the day (days after 1970-01-01) and the minute of that day.
    public func wallClock(at instant: Instant) -> (day: Int, minute: Int) {
        let local = local(instant.seconds)
        let day = local.floored(by: 86_400)
        return (Int(day), Int((local &- day &* 86_400) / 60))
    }

    /// The stretches of constant offset that overlap `[from, to)`, in order.
    func stretches(from: Int64, to: Int64) -> [(range: Range<Int64>, offset: Int)] {
        var result: [(Range<Int64>, Int)] = []
        var start = from
        while start < to, result.count < 1000 {
            let end = min(nextTransition(after: start) ?? to, to)
            result.append((start..<max(end, start + 1), offset(at: start)))
            start = max(end, start + 1)
        }
        return result
    }

    /// Every moment in `[from, to)` whose wall clock shows exactly this local second: none where it is skipped, two where it is repeated.
    func moments(ofLocal local: Int64, from: Int64, to: Int64) -> [Int64] {
        stretches(from: from, to: to).compactMap { stretch in
            let moment = local &- Int64(stretch.offset)
            return stretch.range.contains(moment) ? moment : nil
        }
    }

    /// The first moment at which the wall clock shows this local second or a later one.
    func firstMoment(atOrAfterLocal local: Int64) -> Int64 {
        let around = local &- 2 * 86_400
        for stretch in stretches(from: around, to: local &+ 2 * 86_400) {
            let moment = max(stretch.range.lowerBound, local &- Int64(stretch.offset))
            if stretch.range.contains(moment) { return moment }
        }
        return local
    }
}

extension Int64 {
    /// Division that rounds down; the divisor is positive.
    func floored(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
