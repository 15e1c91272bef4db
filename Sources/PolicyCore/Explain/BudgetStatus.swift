/// How much of one budget is left for somebody.
public struct BudgetStatus: Sendable, Hashable {
    /// `groups.kids.rules[0]`
    public var rule: String
    /// What is limited, in words.
    public var title: String
    /// In `unit`.
    public var used: UInt64
    public var limit: UInt64
    public var unit: BudgetAmount.Unit
    public var isShared: Bool
    /// Whether it is used up now.
    public var isUsedUp: Bool
    /// When its period ends.
    public var resetsAt: Instant
    /// Whether the rule holds at this time (its schedules).
    public var isOpen: Bool
}

extension PolicySnapshot {
    /// Every budget that somebody's rules have, in the order of the rules.
    public func budgets(for identity: Identity, at now: Instant, state: some PolicyState) -> [BudgetStatus] {
        guard policy.groups.indices.contains(identity.groupIndex) else { return [] }
        return policy.groups[identity.groupIndex].rules.compactMap { rule in
            guard let budget = rule.budget, rule.audience.contains(identity) else { return nil }
            let period = budget.period(at: now, in: policy.zone)
            let key = rule.budgetKey(for: identity)
            let used = state.used(key, from: period.from, to: period.to, now: now)
            let amount: UInt64 =
                switch budget.unit {
                case .minutes: UInt64(max(0, used.minutes))
                case .bytes: used.bytes
                case .visits: UInt64(max(0, used.visits))
                }
            return BudgetStatus(
                rule: rule.path, title: targetsText(ofRule: rule.path), used: amount, limit: budget.amount, unit: budget.unit,
                isShared: budget.isShared, isUsedUp: budget.isUsedUp(used), resetsAt: period.to, isOpen: isOpen(rule, at: now))
        }
    }

    private func isOpen(_ rule: CompiledRule, at now: Instant) -> Bool {
        (rule.during.isEmpty || rule.during.contains { policy.schedules.isOpen($0, at: now) })
            && !rule.exceptDuring.contains { policy.schedules.isOpen($0, at: now) }
    }
}
