import PatternMatching

/// What became of one rule for one request.
enum RuleOutcome {
    case skipped(Skip)
    case decides(verdict: Verdict, by: CompiledTarget, schedule: Int?, isUsedUp: Bool)
    /// A list that would decide is required and missing.
    case unknown
}

/// Why a rule did not apply.
enum Skip: Sendable {
    case otherClients, noTarget, needsMediaType, excepted, scheduleClosed, exceptScheduleOpen, notYet, expired

    /// Whether the clock alone may make the rule apply.
    var isTimed: Bool {
        switch self {
        case .scheduleClosed, .exceptScheduleOpen, .notYet: true
        default: false
        }
    }
}

/// Everything a rule is weighed against.
struct Weighing {
    let policy: CompiledPolicy
    let matched: Matched
    let identity: Identity
    let state: any PolicyState

    func outcome(of rule: CompiledRule, at now: Instant) -> RuleOutcome {
        switch standing(of: rule) {
        case .skipped(let skip): return .skipped(skip)
        case .unknown: return policy.schedules.timing(of: rule, at: now).map { .skipped($0) } ?? .unknown
        case .hit(let target):
            if let skip = policy.schedules.timing(of: rule, at: now) { return .skipped(skip) }
            return verdict(of: rule, target, at: now)
        }
    }

    private func verdict(of rule: CompiledRule, _ target: CompiledTarget, at now: Instant) -> RuleOutcome {
        let schedule = rule.during.first { policy.schedules.isOpen($0, at: now) }
        switch rule.verb {
        case .allow: return .decides(verdict: .allow, by: target, schedule: schedule, isUsedUp: false)
        case .block: return .decides(verdict: .block, by: target, schedule: schedule, isUsedUp: false)
        case .warn:
            // The site is asked for where it can matter: it is a text of its own.
            let passed =
                state.mayHaveContinued(client: identity.client, rule: rule.path)
                && state.hasContinued(client: identity.client, rule: rule.path, site: matched.asked.url.site, now: now)
            return .decides(verdict: passed ? .allow : .warn, by: target, schedule: schedule, isUsedUp: false)
        case .limit:
            let usedUp = isUsedUp(rule, at: now)
            return .decides(verdict: usedUp ? .block : .allow, by: target, schedule: schedule, isUsedUp: usedUp)
        }
    }

    /// How a rule stands to this request whatever the time.
    enum Standing {
        case skipped(Skip)
        case hit(CompiledTarget)
        /// A required list is missing.
        case unknown
    }

    func standing(of rule: CompiledRule) -> Standing {
        if !rule.isForEveryone, !rule.audience.contains(identity) { return .skipped(.otherClients) }
        if let reach = rule.reach, !matched.touches(reach) { return .skipped(.noTarget) }
        let (target, answer) = hit(rule)
        if answer == .no { return .skipped(rule.targets.contains { needsMediaType($0) } ? .needsMediaType : .noTarget) }
        let except = exception(rule)
        if except == .yes { return .skipped(.excepted) }
        guard answer == .yes, except == .no, let target else { return .unknown }
        return .hit(target)
    }

    /// The first target that holds the request: a certain one before one that is not known.
    func hit(_ rule: CompiledRule) -> (target: CompiledTarget?, answer: Answer) {
        var unknown: CompiledTarget?
        for target in rule.targets {
            switch matched.answer(target, rule.texts, policy.categories, tightens: rule.tightens) {
            case .yes: return (target, .yes)
            case .unknown: unknown = unknown ?? target
            case .no: break
            }
        }
        return unknown.map { ($0, .unknown) } ?? (nil, .no)
    }

    /// Exceptions to what loosens tighten, and the other way round.
    private func exception(_ rule: CompiledRule) -> Answer {
        var result = Answer.no
        for target in rule.except {
            switch matched.answer(target, rule.texts, policy.categories, tightens: !rule.tightens) {
            case .yes: return .yes
            case .unknown: result = .unknown
            case .no: break
            }
        }
        return result
    }

    func isUsedUp(_ rule: CompiledRule, at now: Instant) -> Bool {
        guard let budget = rule.budget else { return true }
        let period = rule.period(of: budget, at: now, in: policy.zone)
        let used = state.used(rule.budgetKey(for: identity), from: period.from, to: period.to, now: now)
        return budget.isUsedUp(used)
    }

    private func needsMediaType(_ target: CompiledTarget) -> Bool {
        if case .mediaType = target { return matched.asked.mediaType == nil }
        return false
    }

    /// Whether another answer about this rule is possible once the media type is known.
    func dependsOnMediaType(_ rule: CompiledRule, skipped: Skip?) -> Bool {
        switch skipped {
        case .needsMediaType: true
        case nil: rule.except.contains { needsMediaType($0) }
        default: false
        }
    }
}

extension ScheduleTable {
    /// Why a rule does not apply at this time, whatever is asked for; nil where it does.
    func timing(of rule: CompiledRule, at now: Instant) -> Skip? {
        if !rule.hasWindow { return nil }
        if let from = rule.from, now < from { return .notYet }
        if let until = rule.until, now >= until { return .expired }
        if !rule.during.isEmpty, !rule.during.contains(where: { isOpen($0, at: now) }) { return .scheduleClosed }
        if rule.exceptDuring.contains(where: { isOpen($0, at: now) }) { return .exceptScheduleOpen }
        return nil
    }
}

extension CompiledRule {
    /// Whose budget this rule's traffic draws on.
    func budgetKey(for identity: Identity) -> BudgetKey {
        let isShared = budget?.isShared ?? false
        return BudgetKey(rule: path, owner: isShared ? identity.group : identity.client, shared: isShared)
    }
}

extension BudgetAmount {
    /// A minute already counted stays usable to its end, and so does a visit.
    func isUsedUp(_ used: BudgetUse) -> Bool {
        switch unit {
        case .minutes: UInt64(max(0, used.minutes)) >= amount && !used.currentMinuteCounted
        case .bytes: used.bytes >= amount
        case .visits: UInt64(max(0, used.visits)) >= amount && !used.visitCounted
        }
    }

    /// The period that `now` lies in: hours of the wall clock (a clock change ends one), days and weeks from `resets` on.
    func period(at now: Instant, in zone: ZoneTable) -> (from: Instant, to: Instant) {
        let seconds = now.seconds
        switch period {
        case .hour:
            let start = seconds &- (zone.local(seconds) - zone.local(seconds).floored(by: 3600) * 3600)
            let stretch = zone.stretches(from: start, to: start &+ 3600).first { $0.range.contains(seconds) }
            let range = stretch?.range ?? start..<(start &+ 3600)
            return (Instant(seconds: range.lowerBound), Instant(seconds: range.upperBound))
        case .day: return span(seconds, days: 1, in: zone)
        case .week: return span(seconds, days: 7, in: zone)
        }
    }

    /// The days (or weeks from Monday) whose start is the last at or before `seconds`.
    private func span(_ seconds: Int64, days: Int64, in zone: ZoneTable) -> (from: Instant, to: Instant) {
        func start(_ number: Int64) -> Int64 {
            // Day 4 (1970-01-05) is a Monday.
            zone.firstMoment(atOrAfterLocal: (number &* days &+ (days == 7 ? 4 : 0)) &* 86_400 &+ Int64(resets) * 60)
        }
        let local = zone.local(seconds) &- Int64(resets) * 60 &- (days == 7 ? 4 * 86_400 : 0)
        var number = local.floored(by: days &* 86_400)
        // Where clocks go back over the start of a day, that day has begun all the same.
        while start(number &+ 1) <= seconds { number &+= 1 }
        while start(number) > seconds { number &-= 1 }
        return (Instant(seconds: start(number)), Instant(seconds: start(number &+ 1)))
    }
}
