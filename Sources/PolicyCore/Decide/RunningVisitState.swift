/// The state as a visit under way is judged against when it is judged again: budgets that have counted it are not used up for it by that, nor by
/// those that came after it. A budget of visits ends new ones, not those it gave.
public struct RunningVisitState<Base: PolicyState>: PolicyState {
    private let base: Base
    private let counted: [BudgetKey]

    /// - Parameter counted: the budgets that have counted this visit as a page view.
    public init(_ base: Base, counted: [BudgetKey]) {
        self.base = base
        self.counted = counted
    }

    public func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
        var use = base.used(budget, from: from, to: to, now: now)
        if counted.contains(budget) { use.visitCounted = true }
        return use
    }

    public func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool {
        base.hasContinued(client: client, rule: rule, site: site, now: now)
    }

    public func mayHaveContinued(client: String, rule: String) -> Bool { base.mayHaveContinued(client: client, rule: rule) }

    public func continuedUntil(client: String, rule: String, site: String, now: Instant) -> Instant? {
        base.continuedUntil(client: client, rule: rule, site: site, now: now)
    }
}
