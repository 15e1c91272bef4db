import PatternMatching

extension PolicySnapshot {
    /// The whole way to a verdict: the same code as ``decide(_:by:at:state:)``, with everything it passed.
    public func path(_ asked: Asked, asker: Asker, at now: Instant, state: some PolicyState) -> VerdictPath {
        let identity = identify(asker)
        let matched = Matched(asked, in: policy, grants: grants.index)
        let weighing = Weighing(policy: policy, matched: matched, identity: identity, state: state)
        let failed = matched.failed || !policy.groups.indices.contains(identity.groupIndex)
        let steps =
            failed
            ? [step(PolicySnapshot.failureRule, "The matching engine gave up", .failed, .block)] : trace(weighing, at: now)
        return VerdictPath(
            explanation: explain(weighing, at: now), url: asked.url.text, sent: asked.url.sent.map { String(decoding: $0, as: UTF8.self) },
            method: asked.method, at: now.rfc3339(in: policy.zone), recognition: recognition(asker), memberships: memberships(matched),
            steps: steps, unreached: failed ? [] : unreached(steps, identity), budgets: budgetLines(identity, at: now, state))
    }

    /// The budgets that somebody's rules draw on.
    public func budgetKeys(for identity: Identity) -> [BudgetKey] {
        guard policy.groups.indices.contains(identity.groupIndex) else { return [] }
        return policy.groups[identity.groupIndex].rules.filter { $0.budget != nil && $0.audience.contains(identity) }
            .map { $0.budgetKey(for: identity) }
    }

    private func memberships(_ matched: Matched) -> [VerdictPath.Membership] {
        let url = matched.asked.url
        return policy.categories.indices.compactMap { index in
            let category = policy.categories[index]
            guard matched.forms.answer(category, tightens: true) == .yes else { return nil }
            let target = CompiledTarget.category(index)
            return VerdictPath.Membership(
                category: category.name, title: category.title, evidence: evidence(target, url, tightens: true))
        }
    }

    private func unreached(_ steps: [TraceStep], _ identity: Identity) -> [VerdictPath.Unreached] {
        let tried = Set(steps.map(\.rule))
        let group = policy.groups[identity.groupIndex]
        var rest = (grants.newestFirst + group.rules).filter { !tried.contains($0.path) }.map {
            VerdictPath.Unreached(rule: $0.path, sentence: sentence(of: $0.path))
        }
        if !tried.contains(group.defaultPath) { rest.append(VerdictPath.Unreached(rule: group.defaultPath, sentence: "Everything else")) }
        return rest
    }

    private func budgetLines(_ identity: Identity, at now: Instant, _ state: some PolicyState) -> [VerdictPath.BudgetLine] {
        budgets(for: identity, at: now, state: state).map {
            VerdictPath.BudgetLine(
                rule: $0.rule, title: $0.title, used: $0.used, limit: $0.limit, unit: "\($0.unit)",
                resets: $0.resetsAt.rfc3339(in: policy.zone))
        }
    }
}
