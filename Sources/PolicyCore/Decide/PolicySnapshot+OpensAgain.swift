import PatternMatching

extension PolicySnapshot {
    /// When what is blocked is not blocked any more by the clock, as far as use stays what it is; nil for never, and where more than eight
    /// changes by the clock come before it. The next change of the verdict's rule alone may be that another rule blocks: those are passed over.
    public func opensAgain(_ asked: Asked, by identity: Identity, at now: Instant, state: some PolicyState) -> Instant? {
        guard policy.groups.indices.contains(identity.groupIndex) else { return nil }
        let matched = Matched(asked, in: policy, grants: grants.index)
        if matched.failed { return nil }
        let weighing = Weighing(policy: policy, matched: matched, identity: identity, state: state)
        if staysClosed(weighing) { return nil }
        var moment = now
        for _ in 0..<8 {
            guard let next = until(weighing, at: moment), next > moment else { return nil }
            moment = next
            if decideInOrder(weighing, at: moment).verdict != .block { return moment }
        }
        return nil
    }

    /// Whether every rule that holds the request blocks, up to one that does so at any time: then no clock opens it.
    private func staysClosed(_ weighing: Weighing) -> Bool {
        let group = policy.groups[weighing.identity.groupIndex]
        // A final rule stands before every grant, so what stops the walk at a grant does not stop it.
        for index in group.finalRules where group.rules[index].verb != .block {
            guard case .skipped = weighing.standing(of: group.rules[index]) else { return false }
        }
        for rules in [grants.newestFirst, group.rules] {
            for rule in rules {
                if case .skipped = weighing.standing(of: rule) { continue }
                if rule.verb != .block { return false }
                if !rule.hasWindow { return true }
            }
        }
        return group.defaultVerdict == .block
    }
}
