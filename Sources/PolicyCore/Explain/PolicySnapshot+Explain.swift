import PatternMatching

extension PolicySnapshot {
    /// What would be decided, and why: the same code as ``decide(_:by:at:state:)``.
    public func explain(_ asked: Asked, asker: Asker, at now: Instant, state: some PolicyState) -> Explanation {
        let identity = identify(asker)
        let matched = Matched(asked, in: policy, grants: grants.index)
        return explain(Weighing(policy: policy, matched: matched, identity: identity, state: state), at: now)
    }

    func explain(_ weighing: Weighing, at now: Instant) -> Explanation {
        let (matched, identity) = (weighing.matched, weighing.identity)
        let failed = matched.failed || !policy.groups.indices.contains(identity.groupIndex)
        let decision = failed ? failure(at: matched.forms.gaveUpAt) : decide(weighing, at: now)
        let ground = decision.ground
        let until = failed || !ground.isTimed ? nil : until(weighing, at: now)
        return Explanation(
            verdict: decision.verdict, rule: ground.rule, client: identity.client.isEmpty ? nil : identity.client, group: identity.group,
            category: ground.category, categories: categories(matched),
            evidence: failed ? evidence(ofFailure: decision) : evidence(weighing, rule: ground.rule),
            schedule: ground.schedule, until: until?.rfc3339(in: policy.zone), reason: ground.reason,
            restriction: decision.verdict == .allow ? settings(for: identity).restriction(of: matched.asked.url) : nil,
            recognised: identity.recognised,
            untilInstant: until, missingList: ground.missingList)
    }

    /// Names of every category the request is in, in the document's order.
    public func categories(of asked: Asked) -> [String] { categories(Matched(asked, in: policy, grants: grants.index)) }

    private func categories(_ matched: Matched) -> [String] {
        policy.categories.filter { matched.forms.answer($0, tightens: true) == .yes }.map(\.name)
    }

    /// The entry that matched for the rule of this path; nil for `all`, defaults and targets that are no entries.
    private func evidence(_ weighing: Weighing, rule path: String) -> Explanation.Evidence? {
        let rules = grants.newestFirst + policy.groups[weighing.identity.groupIndex].rules
        guard let rule = rules.first(where: { $0.path == path }), let target = weighing.hit(rule).target else { return nil }
        return evidence(target, weighing.matched.asked.url, tightens: rule.tightens)
    }

    /// The entry of a target that holds a URL: of the first of its sources that does, in either form where it tightens, so that the list named is
    /// the one a visit is recorded under.
    func evidence(_ target: CompiledTarget, _ url: RequestURL, tightens: Bool) -> Explanation.Evidence? {
        func entry(_ index: MatchIndex?, _ source: SourceID) -> MatchEvidence? {
            if let found = index?.evidence(url, sent: false, source: source, loosens: !tightens) { return found }
            return tightens && url.sent != nil ? index?.evidence(url, sent: true, source: source) : nil
        }
        func own(_ found: MatchEvidence?) -> Explanation.Evidence? { found.map { evidence($0, of: nil) } }
        switch target {
        case .category(let index):
            let sources = policy.categories[index].includes
            if let found = own(sources.own.flatMap { entry(policy.own, $0) }) { return found }
            for (name, list) in zip(sources.listNames, sources.lists) {
                guard let found = entry(policy.lists.index, list) else { continue }
                return evidence(found, of: name)
            }
            return nil
        case .own(let source): return own(entry(policy.own, source))
        case .granted(let source): return own(entry(grants.index, source))
        default: return nil
        }
    }

    /// - Parameter list: by what the policy calls it; nil for an entry of the policy itself.
    private func evidence(_ found: MatchEvidence, of list: String?) -> Explanation.Evidence {
        let place = list.flatMap { policy.lists.parts[$0]?.place(ofLine: found.line) }
        let line = place?.line ?? found.line
        return Explanation.Evidence(
            list: list, entry: found.entry, line: line == CompiledGrants.noLine ? nil : line, file: place?.file)
    }

    /// The expression at which the engine gave up, where a decision of this snapshot stands on that; nil where that is not known.
    public func evidence(ofFailure decision: Decision) -> Explanation.Evidence? {
        guard let place = decision.ground.gaveUpAt else { return nil }
        if let found = policy.own?.entry(at: place) ?? grants.index?.entry(at: place) { return evidence(found.evidence, of: nil) }
        guard let found = policy.lists.index?.entry(at: place) else { return nil }
        // Of several references that lead to one source the first by name, so that the answer is always the same.
        return evidence(found.evidence, of: policy.lists.sources.filter { $0.value == found.source }.keys.min())
    }
}
