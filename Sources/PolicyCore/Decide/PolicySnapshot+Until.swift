import PatternMatching

extension PolicySnapshot {
    /// When the verdict, or the rule that gives it, next changes by the clock; nil for never (weekly windows and periods are looked at 400
    /// days ahead, dates written out however far).
    public func until(_ asked: Asked, by identity: Identity, at now: Instant, state: some PolicyState) -> Instant? {
        guard policy.groups.indices.contains(identity.groupIndex) else { return nil }
        let matched = Matched(asked, in: policy, grants: grants.index)
        if matched.failed { return nil }
        return until(Weighing(policy: policy, matched: matched, identity: identity, state: state), at: now)
    }

    func until(_ weighing: Weighing, at now: Instant) -> Instant? {
        let timed = timedRules(weighing)
        if timed.isEmpty { return nil }
        let before = decideInOrder(weighing, at: now)
        var moment = now
        for _ in 0..<PolicySnapshot.changesLookedAt {
            guard let next = timed.compactMap({ nextChange(of: $0, weighing, after: moment, from: now) }).min() else { return nil }
            let then = decideInOrder(weighing, at: next)
            if then.verdict != before.verdict || then.ground.rule != before.ground.rule { return next }
            moment = next
        }
        return nil
    }

    /// Four windows a day for the horizon: more than any rule that never wins needs to be followed.
    private static let changesLookedAt = 1600

    /// The rules whose time matters: those that hold this request, up to the first that decides whatever the time.
    private func timedRules(_ weighing: Weighing) -> [CompiledRule] {
        var timed: [CompiledRule] = []
        for rule in grants.newestFirst + policy.groups[weighing.identity.groupIndex].rules {
            if case .skipped = weighing.standing(of: rule) { continue }
            if rule.isTimed { timed.append(rule) }
            if !rule.hasWindow { break }
        }
        return timed
    }

    private func nextChange(
        of rule: CompiledRule, _ weighing: Weighing, after moment: Instant, from now: Instant
    ) -> Instant? {
        var moments = (rule.during + rule.exceptDuring).compactMap { policy.schedules.nextChange($0, after: moment) }
        moments += [rule.from, rule.until].compactMap { $0 }.filter { $0 > moment }
        if rule.verb == .warn {
            let site = weighing.matched.asked.url.site
            let end = weighing.state.continuedUntil(client: weighing.identity.client, rule: rule.path, site: site, now: now)
            if let end, end > moment { moments.append(end) }
        }
        // What is used now is used until its period ends; what was counted in this minute stays usable to the minute's end.
        if let budget = rule.budget {
            let periodEnd = budget.period(at: now, in: policy.zone).to
            let minuteEnd = Instant(milliseconds: (now.minute &+ 1) &* 60_000)
            moments += [periodEnd, minuteEnd].filter { $0 > moment }
        }
        return moments.min()
    }
}
