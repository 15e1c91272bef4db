import PatternMatching

extension PolicySnapshot {
    /// The verdict. Never throws and never allows by failure: an engine error is `block` with rule `policy-error`.
    /// - Parameters:
    ///   - identity: made by this snapshot's ``identify(_:)``.
    ///   - state: asked by rules with a budget or a warning alone.
    public func decide(_ asked: Asked, by identity: Identity, at now: Instant, state: some PolicyState) -> Decision {
        guard policy.groups.indices.contains(identity.groupIndex) else { return failure(at: nil) }
        let forms = MatchedForms(asked.url, in: policy, grants: grants.index)
        if forms.failed { return failure(at: forms.gaveUpAt) }
        guard grants.newestFirst.isEmpty else {
            return decide(Weighing(policy: policy, matched: Matched(asked, forms), identity: identity, state: state), at: now)
        }
        let decision = decideByRules(asked, forms, identity, at: now, state)
        if case .allow = decision { return decision }
        return told(decision, asked, forms, identity, at: now, state)
    }

    /// What is not allowed is told with whether a grant could open it: while it is known what the request matches, that costs little.
    private func told(
        _ decision: Decision, _ asked: Asked, _ forms: MatchedForms, _ identity: Identity, at now: Instant, _ state: some PolicyState
    ) -> Decision {
        decision.mapGround { $0.mayBeGranted = mayBeGranted(asked, forms, by: identity, at: now, state: state) }
    }

    /// The rules of the group where there are no grants: only those whose gates open for the request are weighed.
    private func decideByRules(
        _ asked: Asked, _ forms: MatchedForms, _ identity: Identity, at now: Instant, _ state: some PolicyState
    ) -> Decision {
        let group = policy.groups[identity.groupIndex]
        let view = GateView(asked, forms, group.gates)
        var flags = Flags()
        var number = nextToWeigh(from: 0, group, view, at: now, &flags)
        while number < group.rules.count {
            let rule = group.rules[number]
            if let decision = plainDecision(by: rule, forms, flags) { return decision }
            let weighing = Weighing(policy: policy, matched: Matched(asked, forms), identity: identity, state: state)
            if let decision = decision(by: rule, weighing, at: now, flags: &flags) { return decision }
            number = nextToWeigh(from: number + 1, group, view, at: now, &flags)
        }
        return group.defaultDecision(flags)
    }

    /// What a plain rule decides where the first of its targets that holds the request is a category: the same as weighing it, without
    /// putting together what that needs. nil where the rule has to be weighed.
    private func plainDecision(by rule: CompiledRule, _ forms: MatchedForms, _ flags: Flags) -> Decision? {
        guard rule.isPlain else { return nil }
        for target in rule.targets {
            guard case .category(let index) = target else { return nil }
            let category = policy.categories[index]
            guard forms.answer(category, tightens: rule.tightens) == .yes else { continue }
            func ground() -> Ground {
                Ground(
                    rule: rule.path, category: category.name, list: forms.list(in: category.includes, tightens: rule.tightens),
                    reason: rule.reason, dependsOnMediaType: flags.dependsOnMediaType, isTimed: flags.isTimed)
            }
            return rule.verb == .allow ? .allow(ground()) : .block(ground())
        }
        return nil
    }

    /// The first rule at or after `start` whose gate opens and that time alone does not keep from applying; how many there are for none.
    private func nextToWeigh(from start: Int, _ group: CompiledGroup, _ view: GateView, at now: Instant, _ flags: inout Flags) -> Int {
        var number = group.gates.next(from: start, view)
        while number < group.gates.gates.count, group.gates.gates[number].isAboutTimeAlone,
            let skip = policy.schedules.timing(of: group.rules[number], at: now)
        {
            if skip.isTimed { flags.isTimed = true }
            number = group.gates.next(from: number + 1, view)
        }
        return number
    }

    /// Blocks because the engine gave up.
    func failure(at place: ExpressionPlace?) -> Decision {
        var ground = Ground(rule: PolicySnapshot.failureRule)
        ground.mayBeGranted = false
        ground.gaveUpAt = place
        return .block(ground)
    }

    /// What a decision stands on where the engine failed and therefore blocked.
    static let failureRule = "policy-error"

    /// The evaluation order: grants and pauses, the newest first, behind the first `final` house rule that applies; then every rule of the
    /// group as ``CompiledGroup/rules`` lists them; then the default.
    func decide(_ weighing: Weighing, at now: Instant) -> Decision {
        let decision = decideInOrder(weighing, at: now)
        if case .allow = decision { return decision }
        return told(decision, weighing.matched.asked, weighing.matched.forms, weighing.identity, at: now, weighing.state)
    }

    /// The same, without what ``Ground/mayBeGranted`` tells.
    func decideInOrder(_ weighing: Weighing, at now: Instant) -> Decision {
        let group = policy.groups[weighing.identity.groupIndex]
        var flags = Flags()
        if let granted = grantDecision(weighing, at: now, flags: &flags) {
            flags.isTimed = true
            for index in group.finalRules {
                if let decision = decision(by: group.rules[index], weighing, at: now, flags: &flags) { return decision }
            }
            return granted.mapGround { $0.dependsOnMediaType = $0.dependsOnMediaType || flags.dependsOnMediaType }
        }
        for rule in group.rules {
            if let decision = decision(by: rule, weighing, at: now, flags: &flags) { return decision }
        }
        return group.defaultDecision(flags)
    }

    /// What rules that did not decide leave behind.
    struct Flags {
        var dependsOnMediaType = false
        var isTimed = false
    }

    private func grantDecision(_ weighing: Weighing, at now: Instant, flags: inout Flags) -> Decision? {
        for grant in grants.newestFirst {
            if let decision = decision(by: grant, weighing, at: now, flags: &flags) { return decision }
        }
        return nil
    }

    private func decision(
        by rule: CompiledRule, _ weighing: Weighing, at now: Instant, flags: inout Flags
    ) -> Decision? {
        switch weighing.outcome(of: rule, at: now) {
        case .skipped(let skip):
            if weighing.dependsOnMediaType(rule, skipped: skip) { flags.dependsOnMediaType = true }
            if skip.isTimed { flags.isTimed = true }
            return nil
        case .unknown:
            return .block(Ground(rule: rule.path, reason: rule.reason, isTimed: true, missingList: missingList(rule)))
        case .decides(let verdict, let target, let schedule, let isUsedUp):
            func ground() -> Ground {
                Ground(
                    rule: rule.path, category: categoryName(rule, target, weighing), list: holdingList(rule, target, weighing),
                    reason: rule.reason,
                    schedule: schedule.map { policy.schedules[$0].name },
                    budget: rule.verb == .limit ? rule.budgetKey(for: weighing.identity) : nil, usedUp: isUsedUp,
                    dependsOnMediaType: flags.dependsOnMediaType || weighing.dependsOnMediaType(rule, skipped: nil),
                    isTimed: flags.isTimed || rule.isTimed)
            }
            switch verdict {
            case .allow: return .allow(ground())
            case .block: return .block(ground())
            case .warn: return .warn(ground(), minutes: rule.warnMinutes)
            }
        }
    }

    /// The first of the rule's categories that matched, in the rule's order.
    private func categoryName(
        _ rule: CompiledRule, _ first: CompiledTarget, _ weighing: Weighing
    ) -> String? {
        switch first {
        case .category(let index): return policy.categories[index].name
        case .uncategorized: return "uncategorized"
        default:
            for target in rule.targets {
                guard weighing.matched.answer(target, rule.texts, policy.categories, tightens: rule.tightens) == .yes else { continue }
                if case .category(let index) = target { return policy.categories[index].name }
                if case .uncategorized = target { return "uncategorized" }
            }
            return nil
        }
    }

    /// The first list of the deciding category that holds the request.
    private func holdingList(_ rule: CompiledRule, _ first: CompiledTarget, _ weighing: Weighing) -> String? {
        if case .category(let index) = first {
            return weighing.matched.forms.list(in: policy.categories[index].includes, tightens: rule.tightens)
        }
        for case .category(let index) in rule.targets {
            if let list = weighing.matched.forms.list(in: policy.categories[index].includes, tightens: rule.tightens) { return list }
        }
        return nil
    }

    func missingList(_ rule: CompiledRule) -> String? {
        for target in rule.targets + rule.except {
            switch target {
            case .category(let index):
                let category = policy.categories[index]
                if let name = category.includes.missingRequired ?? category.excepts.missingRequired { return name }
            case .uncategorized:
                for category in policy.categories {
                    if let name = category.includes.missingRequired ?? category.excepts.missingRequired { return name }
                }
            default: break
            }
        }
        return nil
    }
}

extension CompiledGroup {
    /// What holds where no rule decides.
    fileprivate func defaultDecision(_ flags: PolicySnapshot.Flags) -> Decision {
        func ground() -> Ground { Ground(rule: defaultPath, dependsOnMediaType: flags.dependsOnMediaType, isTimed: flags.isTimed) }
        return defaultVerdict == .allow ? .allow(ground()) : .block(ground())
    }
}

extension RuleGates {
    /// The first gate at or after `start` that opens; how many there are where none does.
    fileprivate func next(from start: Int, _ view: GateView) -> Int {
        var number = start
        while number < gates.count, !view.opens(gates[number], words) { number += 1 }
        return number
    }
}
