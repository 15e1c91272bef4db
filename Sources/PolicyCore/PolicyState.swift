/// What a decision needs beyond the snapshot: how much of budgets is used, and which warnings were continued. Asked only by rules that need it.
public protocol PolicyState: Sendable {
    /// What was used of a budget in `[from, to)`; `now` lies in it. A minute already counted stays usable to its end, so `currentMinuteCounted`
    /// tells whether the minute of `now` is among `minutes`.
    func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse

    /// Whether this client chose Continue on this rule's warning for this registrable site, and it still holds at `now`.
    func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool

    /// False only where ``hasContinued(client:rule:site:now:)`` is false whatever the site.
    func mayHaveContinued(client: String, rule: String) -> Bool

    /// Until when that holds; nil where it does not, or where nobody knows.
    func continuedUntil(client: String, rule: String, site: String, now: Instant) -> Instant?
}

extension PolicyState {
    public func mayHaveContinued(client: String, rule: String) -> Bool { true }

    public func continuedUntil(client: String, rule: String, site: String, now: Instant) -> Instant? { nil }
}

/// Nothing used, nothing continued.
public struct FreshState: PolicyState {
    public init() {}
    public func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse { BudgetUse() }
    public func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool { false }
}

/// What was used of one budget in one period.
public struct BudgetUse: Sendable, Hashable {
    public var minutes: Int
    public var bytes: UInt64
    public var visits: Int
    public var currentMinuteCounted: Bool
    /// The visit that is judged is one of `visits`.
    public var visitCounted: Bool

    public init(minutes: Int = 0, bytes: UInt64 = 0, visits: Int = 0, currentMinuteCounted: Bool = false, visitCounted: Bool = false) {
        self.minutes = minutes
        self.bytes = bytes
        self.visits = visits
        self.currentMinuteCounted = currentMinuteCounted
        self.visitCounted = visitCounted
    }
}

/// Traffic that a limit rule allowed.
public struct BudgetNote: Sendable, Hashable {
    public var budget: BudgetKey
    /// Minutes since 1970 in which there was traffic.
    public var minute: Int64
    /// Bytes since the last note of the same visit, both ways.
    public var bytes: UInt64
    /// 1 with a page view's first note, else 0.
    public var visits: Int

    public init(budget: BudgetKey, minute: Int64, bytes: UInt64 = 0, visits: Int = 0) {
        self.budget = budget
        self.minute = minute
        self.bytes = bytes
        self.visits = visits
    }
}
