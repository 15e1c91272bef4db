extension PolicySnapshot {
    /// Whether a grant could open what is asked for now: not behind a `final` house rule that applies and does not allow it, nor where the
    /// engine fails. Where this is false nobody need be asked for one.
    public func mayBeGranted(_ asked: Asked, by identity: Identity, at now: Instant, state: some PolicyState) -> Bool {
        guard policy.groups.indices.contains(identity.groupIndex) else { return false }
        let matched = Matched(asked, in: policy, grants: nil)
        if matched.failed { return false }
        let weighing = Weighing(policy: policy, matched: matched, identity: identity, state: state)
        let group = policy.groups[identity.groupIndex]
        for index in group.finalRules {
            switch weighing.outcome(of: group.rules[index], at: now) {
            case .skipped: continue
            case .unknown: return false
            case .decides(let verdict, _, _, _): return verdict == .allow
            }
        }
        return true
    }
}
