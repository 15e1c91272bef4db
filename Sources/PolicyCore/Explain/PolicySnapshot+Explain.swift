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
        let decision = failed ? .block(Ground(rule: PolicySnapshot.failureRule)) : decide(weighing, at: now)
        let ground = decision.ground
        let until = failed || !ground.isTimed ? nil : until(weighing, at: now)
        return Explanation(
            verdict: decision.verdict, rule: ground.rule, client: identity.client.isEmpty ? nil : identity.client, group: identity.group,
            category: ground.category, categories: categories(matched), evidence: failed ? nil : evidence(weighing, rule: ground.rule),
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
        let url = weighing.matched.asked.url
        let forms = rule.tightens && url.sent != nil ? [false, true] : [false]
        for sent in forms {
            if let found = evidence(target, url, sent: sent, loosens: !rule.tightens) { return found }
        }
        return nil
    }

    /// - Parameter loosens: lists with an exception that holds the URL as sent do not count.
    func evidence(_ target: CompiledTarget, _ url: RequestURL, sent: Bool, loosens: Bool = false) -> Explanation.Evidence? {
        switch target {
        case .category(let index):
            let sources = policy.categories[index].includes
            if let own = sources.own, let found = policy.own?.evidence(url, sent: sent, source: own) {
                return Explanation.Evidence(list: nil, entry: found.entry, line: found.line)
            }
            for (name, list) in zip(sources.listNames, sources.lists) {
                if let found = policy.lists.index?.evidence(url, sent: sent, source: list, loosens: loosens) {
                    let place = policy.lists.parts[name]?.place(ofLine: found.line)
                    return Explanation.Evidence(list: name, entry: found.entry, line: place?.line ?? found.line, file: place?.file)
                }
            }
            return nil
        case .own(let source):
            return policy.own?.evidence(url, sent: sent, source: source).map {
                Explanation.Evidence(list: nil, entry: $0.entry, line: $0.line)
            }
        case .granted(let source):
            return grants.index?.evidence(url, sent: sent, source: source).map {
                Explanation.Evidence(list: nil, entry: $0.entry, line: $0.line)
            }
        default: return nil
        }
    }
}
