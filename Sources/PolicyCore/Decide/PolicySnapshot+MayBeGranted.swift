extension PolicySnapshot {
    /// Whether a grant could open what is asked for now: not behind a `final` house rule that applies and does not allow it, nor where the
    /// engine fails. Where this is false nobody need be asked for one. A decision of this snapshot that does not allow says it already:
    /// ``Ground/mayBeGranted``.
    public func mayBeGranted(_ asked: Asked, by identity: Identity, at now: Instant, state: some PolicyState) -> Bool {
        guard policy.groups.indices.contains(identity.groupIndex) else { return false }
        return mayBeGranted(asked, MatchedForms(asked.url, in: policy, grants: nil), by: identity, at: now, state: state)
    }

    /// - Parameter forms: of what is asked for; whether the grants' own sources were looked up with it makes no difference.
    func mayBeGranted(_ asked: Asked, _ forms: MatchedForms, by identity: Identity, at now: Instant, state: some PolicyState) -> Bool {
        if forms.failed { return false }
        let group = policy.groups[identity.groupIndex]
        for index in group.finalRules {
            let rule = group.rules[index]
            // Most final rules hold nothing of a request, and that is seen at once.
            if let reach = rule.reach, !forms.touches(reach) { continue }
            let weighing = Weighing(policy: policy, matched: Matched(asked, forms), identity: identity, state: state)
            switch weighing.outcome(of: rule, at: now) {
            case .skipped: continue
            case .unknown: return false
            case .decides(let verdict, _, _, _): return verdict == .allow
            }
        }
        return true
    }
}
