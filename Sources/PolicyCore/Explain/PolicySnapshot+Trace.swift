extension PolicySnapshot {
    /// Every rule tried, in order, to the one that decided.
    public func trace(_ asked: Asked, asker: Asker, at now: Instant, state: some PolicyState) -> [TraceStep] {
        let identity = identify(asker)
        let matched = Matched(asked, in: policy, grants: grants.index)
        if matched.failed || !policy.groups.indices.contains(identity.groupIndex) {
            return [step(PolicySnapshot.failureRule, "The matching engine gave up", .failed, .block)]
        }
        return trace(Weighing(policy: policy, matched: matched, identity: identity, state: state), at: now)
    }

    func trace(_ weighing: Weighing, at now: Instant) -> [TraceStep] {
        let identity = weighing.identity
        let group = policy.groups[identity.groupIndex]
        let decided = decide(weighing, at: now)
        var steps: [TraceStep] = []
        for rule in grants.newestFirst + group.rules {
            let isDecider = rule.path == decided.ground.rule
            let result = isDecider ? decided.ground.missingList == nil ? .decided : .listMissing : result(of: rule, weighing, at: now)
            // A rule that applies and yet does not decide stands behind another one that comes before it.
            var made = step(rule.path, sentence(of: rule.path), result, isDecider ? decided.verdict : nil)
            (made.subject, made.next) = detail(of: rule, result, weighing, at: now)
            made.detail = made.subject.flatMap(words)
            steps.append(made)
            if isDecider { return steps }
        }
        steps.append(step(group.defaultPath, "Everything else", .decided, decided.verdict))
        return steps
    }

    private func result(of rule: CompiledRule, _ weighing: Weighing, at now: Instant) -> TraceStep.Result {
        switch weighing.outcome(of: rule, at: now) {
        case .decides: .behindFinal
        case .unknown: .listMissing
        case .skipped(let skip):
            switch skip {
            case .otherClients: .otherClients
            case .noTarget: .noTarget
            case .needsMediaType: .needsMediaType
            case .excepted: .excepted
            case .scheduleClosed: .scheduleClosed
            case .exceptScheduleOpen: .exceptScheduleOpen
            case .notYet: .notYet
            case .expired: .expired
            }
        }
    }

    func step(_ rule: String, _ sentence: String, _ result: TraceStep.Result, _ verdict: Verdict?) -> TraceStep {
        TraceStep(rule: rule, sentence: sentence, result: result, why: result.sentence, verdict: verdict)
    }
}

extension TraceStep.Result {
    /// In words.
    public var sentence: String {
        switch self {
        case .decided: "This rule decided."
        case .otherClients: "The rule is for other people or devices."
        case .noTarget: "The request is not among the rule's targets."
        case .needsMediaType: "The rule needs the reply's media type, which is not known before the reply."
        case .excepted: "One of the rule's exceptions holds."
        case .scheduleClosed: "None of the rule's schedules is open now."
        case .exceptScheduleOpen: "A schedule the rule makes room for is open now."
        case .notYet: "It has not begun."
        case .expired: "It has expired."
        case .behindFinal: "It applies, but a final house rule that applies too comes first."
        case .listMissing: "A required list has no version yet, so nobody can tell: answered 503."
        case .failed: "Matching this address took too long; what cannot be judged is blocked."
        }
    }
}
