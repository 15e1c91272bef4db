import PolicyCore

extension PolicyWords {
    /// Every budget of somebody's rules, what is used of it and what is left.
    func budgets(for identity: Identity, at now: Instant, state: PolicyLedger) -> [PageValues] {
        snapshot.budgets(for: identity, at: now, state: state).map { status in
            let declared = declaredTargets(status.rule) ?? status.title
            return PageValues([
                "budget-title": declared, "used": String(min(status.used, status.limit)), "limit": String(status.limit),
                "half": String(status.limit / 2), "most": String(status.limit - status.limit / 10),
                "used-words": amount(status.used, status.unit), "limit-words": amount(status.limit, status.unit),
                "left": amount(status.limit > status.used ? status.limit - status.used : 0, status.unit),
                "left-words": status.isUsedUp
                    ? "budget.left.used" : status.unit == .minutes ? "budget.left.minutes" : "budget.left.amount",
                "resets": moment(status.resetsAt, from: now), "state": status.isUsedUp ? "used-up" : "left",
            ])
        }
    }

    /// What was used of the budget of one rule: `1 hour 5 minutes of 1 hour`; nil where the rule has none.
    func budget(ofRule path: String, for identity: Identity, at now: Instant, state: PolicyLedger) -> PageValues? {
        snapshot.budgets(for: identity, at: now, state: state).first { $0.rule == path }.map { status in
            PageValues([
                "used-words": amount(status.used, status.unit), "limit-words": amount(status.limit, status.unit),
                "resets": moment(status.resetsAt, from: now),
            ])
        }
    }
}
