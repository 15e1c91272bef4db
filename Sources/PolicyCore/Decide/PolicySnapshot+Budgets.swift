extension PolicySnapshot {
    /// Whether a rule of this policy, whoever it is for, is a limit.
    /// - Parameter rule: its path, such as `groups.kids.rules[0]`.
    public func hasLimit(_ rule: String) -> Bool { policy.budgets[rule] != nil }

    /// From when on a budget allows nothing more, as far as it has been used: `now` or earlier where it is used up, the end of this minute where
    /// only the minute under way, already counted, is still usable.
    /// - Returns: nil while something is left of it, and where no rule has it any more.
    public func end(of key: BudgetKey, at now: Instant, state: some PolicyState) -> Instant? {
        guard let budget = policy.budgets[key.rule] else { return nil }
        let period = budget.period(at: now, in: policy.zone)
        var used = state.used(key, from: period.from, to: period.to, now: now)
        if budget.isUsedUp(used) { return now }
        used.currentMinuteCounted = false
        return budget.isUsedUp(used) ? Instant(milliseconds: (now.minute &+ 1) &* 60_000) : nil
    }
}
