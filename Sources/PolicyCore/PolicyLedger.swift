import Synchronization

/// The live state of budgets and continued warnings, shared by all event loops behind one short lock that only rules with a budget or a
/// warning take. It forgets what is older than eight days, and of continued warnings keeps 65,536 at most: names to continue to are made up at will.
public final class PolicyLedger: PolicyState {
    private let books = Mutex(Books())

    public init() {}

    /// What was used of a budget in the minutes of `[from, to)`.
    public func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
        books.withLock { $0.accounts[budget]?.used(from: from.minute, to: to.minute, now: now.minute) ?? BudgetUse() }
    }

    public func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool {
        continuedUntil(client: client, rule: rule, site: site, now: now) != nil
    }

    public func mayHaveContinued(client: String, rule: String) -> Bool {
        books.withLock { !$0.warned.isEmpty && $0.warned.contains(Warned(client: client, rule: rule)) }
    }

    public func continuedUntil(client: String, rule: String, site: String, now: Instant) -> Instant? {
        books.withLock { books in
            guard let until = books.continued[Passage(client: client, rule: rule, site: site)], now < until else { return nil }
            return until
        }
    }

    /// Counts traffic under a limit.
    public func note(_ note: BudgetNote) {
        books.withLock { books in
            books.accounts[note.budget, default: BudgetAccount()].note(note)
            if books.accounts.count > books.closeAt { books.closeAccounts(at: note.minute) }
        }
    }

    /// Lets this client's requests to this registrable site pass this rule's warning until `until`.
    public func continueWarned(client: String, rule: String, site: String, until: Instant) {
        books.withLock { books in
            books.continued[Passage(client: client, rule: rule, site: site)] = until
            books.warned.insert(Warned(client: client, rule: rule))
            if books.continued.count > books.sweepAt { books.sweep(before: until) }
        }
    }

    static let mostContinued = 65_536

    /// How many continued warnings are kept, some of which may be over.
    var continuedCount: Int { books.withLock { $0.continued.count } }

    private struct Passage: Hashable {
        let client: String
        let rule: String
        let site: String
    }

    /// Who continued a rule's warning on any site.
    private struct Warned: Hashable {
        let client: String
        let rule: String
    }

    private struct Books {
        var accounts: [BudgetKey: BudgetAccount] = [:]
        var continued: [Passage: Instant] = [:]
        /// Everybody in `continued`.
        var warned: Set<Warned> = []
        var sweepAt = 1024
        var closeAt = 1024

        /// Drops accounts nobody has drawn on for as long as any is kept: devices that are gone.
        mutating func closeAccounts(at minute: Int64) {
            accounts = accounts.filter { minute &- $0.value.newestMinute <= BudgetAccount.keptMinutes }
            closeAt = max(1024, accounts.count * 2)
        }

        /// Drops passages that ended a day (the usual longest) before the newest one ends.
        mutating func sweep(before newest: Instant) {
            let limit = Instant(milliseconds: newest.milliseconds &- 86_400_000)
            continued = continued.filter { $0.value > limit }
            if continued.count > PolicyLedger.mostContinued { halve() }
            warned = Set(continued.keys.lazy.map { Warned(client: $0.client, rule: $0.rule) })
            sweepAt = min(max(1024, continued.count * 2), PolicyLedger.mostContinued)
        }

        /// Makes room: every client keeps an equal share, of its own those that end last.
        private mutating func halve() {
            let clients = Dictionary(grouping: continued, by: \.key.client)
            let share = max(1, PolicyLedger.mostContinued / 2 / clients.count)
            let kept = clients.values.flatMap { $0.sorted { $0.value > $1.value }.prefix(share) }.prefix(PolicyLedger.mostContinued / 2)
            continued = Dictionary(kept.lazy.map { ($0.key, $0.value) }) { first, _ in first }
        }
    }
}

/// What was used of one budget, minute by minute, ascending, with running totals so that any period is two look-ups.
struct BudgetAccount: Sendable {
    private struct Row {
        var minute: Int64
        /// Up to and with this minute.
        var bytes: UInt64
        var visits: Int
    }

    private var rows: [Row] = []
    /// What rows already forgotten had added up to.
    private var forgotten = (bytes: UInt64(0), visits: 0)

    static let keptMinutes: Int64 = 8 * 24 * 60

    var newestMinute: Int64 { rows.last?.minute ?? .min / 2 }

    mutating func note(_ note: BudgetNote) {
        var index = lowerBound(note.minute)
        if index == rows.count || rows[index].minute != note.minute {
            let before = totals(before: index)
            rows.insert(Row(minute: note.minute, bytes: before.bytes, visits: before.visits), at: index)
        }
        while index < rows.count {
            rows[index].bytes &+= note.bytes
            rows[index].visits &+= note.visits
            index += 1
        }
        forget()
    }

    func used(from: Int64, to: Int64, now: Int64) -> BudgetUse {
        let first = lowerBound(from)
        let end = lowerBound(to)
        guard first < end else { return BudgetUse() }
        let before = totals(before: first)
        let after = totals(before: end)
        let current = lowerBound(now)
        return BudgetUse(
            minutes: end - first, bytes: after.bytes &- before.bytes, visits: after.visits &- before.visits,
            currentMinuteCounted: current < rows.count && rows[current].minute == now)
    }

    private func totals(before index: Int) -> (bytes: UInt64, visits: Int) {
        index > 0 ? (rows[index - 1].bytes, rows[index - 1].visits) : forgotten
    }

    /// Index of the first row at or after a minute.
    private func lowerBound(_ minute: Int64) -> Int {
        // Nearly every note and question is about the last minutes.
        if let last = rows.last, last.minute < minute { return rows.count }
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].minute < minute { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func forget() {
        guard let newest = rows.last?.minute, let oldest = rows.first?.minute, newest &- oldest > BudgetAccount.keptMinutes + 1440 else {
            return
        }
        let count = lowerBound(newest &- BudgetAccount.keptMinutes)
        forgotten = totals(before: count)
        rows.removeFirst(count)
    }
}
