internal import PolicyCore
internal import Synchronization

/// Counts failed sign-ins per account and per address, by the keys it is given: after ten, each further attempt has to wait twice as long, up to 15 minutes, and never
/// for good. Kept in memory: a restart, which only the machine's owner can do, forgets it.
final class SignInThrottle: Sendable {
    /// What failures are counted of.
    struct Key: Hashable {
        let text: String
        /// From so many failures on it has to wait.
        let allowed: Int

        init(_ text: String, allowed: Int = 10) { (self.text, self.allowed) = (text, allowed) }
    }

    private struct Tally {
        var failures: Int
        var last: Instant

        /// Milliseconds: 30 s at the tenth failure, where ten are allowed, doubled with each further one, 15 min at most.
        func delay(_ allowed: Int) -> Int64 { failures < allowed ? 0 : min(900_000, 30_000 << Int64(min(failures - allowed, 5))) }
    }

    /// Names and addresses held; the oldest go first, so that guessing names cannot fill memory.
    private let capacity: Int
    private let tallies = Mutex<[Key: Tally]>([:])

    init(capacity: Int = 20_000) { self.capacity = capacity }

    /// Seconds to wait before any of these keys may try again; 0 for now.
    func wait(_ keys: [Key], now: Instant) -> Int {
        tallies.withLock { tallies in
            keys.compactMap { key -> Int? in
                guard let tally = tallies[key] else { return nil }
                let delay = tally.delay(key.allowed)
                let left = tally.last.milliseconds &+ delay &- now.milliseconds
                // A clock set back must not lock anybody out for longer than the delay itself.
                return left > 0 ? Int((min(left, delay) &+ 999) / 1000) : nil
            }.max() ?? 0
        }
    }

    func failed(_ keys: [Key], now: Instant) {
        tallies.withLock { tallies in
            if tallies.count &+ keys.count > capacity { forget(&tallies, now: now) }
            for key in keys {
                var tally = tallies[key] ?? Tally(failures: 0, last: now)
                // A day without a failure starts anew.
                if now.milliseconds &- tally.last.milliseconds > 86_400_000 { tally.failures = 0 }
                tally.failures = min(tally.failures + 1, 1000)
                tally.last = now
                tallies[key] = tally
            }
        }
    }

    func succeeded(_ keys: [Key]) {
        tallies.withLock { tallies in
            for key in keys { tallies[key] = nil }
        }
    }

    private func forget(_ tallies: inout [Key: Tally], now: Instant) {
        tallies = tallies.filter { now.milliseconds &- $0.value.last.milliseconds <= 3_600_000 }
        guard tallies.count >= capacity else { return }
        let keep = tallies.sorted { $0.value.last > $1.value.last }.prefix(capacity / 2)
        tallies = Dictionary(uniqueKeysWithValues: keep.map { ($0.key, $0.value) })
    }
}
