/// One policy judging recorded requests in order of time, counting its own budgets along the way: what it allows under a limit is used, what
/// it blocks is not.
struct PolicyReplay {
    let snapshot: PolicySnapshot
    private let ledger = PolicyLedger()
    private var identities: [Asker: Identity] = [:]
    /// Visits that go on under a limit, by the minute of their next traffic.
    private var running: [Int64: [Running]] = [:]
    private var minute = Int64.min

    /// A visit whose later minutes are still to be counted.
    private struct Running {
        let asked: Asked
        let asker: Asker
        /// The budgets that have counted it as a page view.
        let counted: [BudgetKey]
        var left: ArraySlice<RecordedRequest.Minute>
    }

    /// Askers remembered at most.
    private static let mostAskers = 65_536

    init(_ snapshot: PolicySnapshot) { self.snapshot = snapshot }

    /// Judges the next request as the proxy does: when it comes, and again when its reply's media type is known.
    /// - Parameter continued: whether the person had passed, or is taken to pass, a warning.
    mutating func judge(_ request: RecordedRequest, asker: Asker, continued: Bool) -> (decision: Decision, identity: Identity) {
        advance(to: request.time.minute)
        let identity = identity(of: asker)
        let state = ReplayState(ledger: ledger, isContinued: continued)
        var asked = request.asked
        asked.mediaType = nil
        var decision = snapshot.decide(asked, by: identity, at: request.time, state: state)
        guard case .allow(let ground) = decision else { return (decision, identity) }
        note(ground, minute: request.time.minute, bytes: 0, visits: request.isPage ? 1 : 0)
        var counted = request.isPage ? [ground.budget].compactMap { $0 } : []
        if request.asked.mediaType != nil, ground.dependsOnMediaType {
            asked.mediaType = request.asked.mediaType
            decision = snapshot.decide(
                asked, by: identity, at: request.time, state: RunningVisitState(state, counted: counted))
        }
        guard case .allow(let last) = decision, let budget = last.budget else { return (decision, identity) }
        let isNew = request.isPage && !counted.contains(budget)
        if isNew { counted.append(budget) }
        note(last, minute: request.time.minute, bytes: request.bytes, visits: isNew ? 1 : 0)
        if let next = request.minutes.first {
            running[max(next.minute, minute), default: []].append(
                Running(asked: asked, asker: asker, counted: counted, left: request.minutes[...]))
        }
        return (decision, identity)
    }

    private mutating func identity(of asker: Asker) -> Identity {
        if let known = identities[asker] { return known }
        if identities.count >= PolicyReplay.mostAskers { identities.removeAll(keepingCapacity: true) }
        let identity = snapshot.identify(asker)
        identities[asker] = identity
        return identity
    }

    private func note(_ ground: Ground, minute: Int64, bytes: UInt64, visits: Int) {
        guard let budget = ground.budget else { return }
        ledger.note(BudgetNote(budget: budget, minute: minute, bytes: bytes, visits: visits))
    }

    /// Counts what running visits did up to a minute. A visit the policy would have cut by then counts no more.
    private mutating func advance(to now: Int64) {
        guard now > minute else { return }
        minute = now
        while let next = running.keys.min(), next <= now {
            for var visit in running.removeValue(forKey: next) ?? [] {
                guard let traffic = visit.left.popFirst() else { continue }
                let at = Instant(milliseconds: traffic.minute &* 60_000)
                let state = RunningVisitState(ReplayState(ledger: ledger, isContinued: true), counted: visit.counted)
                let decision = snapshot.decide(visit.asked, by: identity(of: visit.asker), at: at, state: state)
                guard case .allow(let ground) = decision else { continue }
                note(ground, minute: traffic.minute, bytes: traffic.bytes, visits: 0)
                if let following = visit.left.first { running[max(following.minute, next &+ 1), default: []].append(visit) }
            }
        }
    }
}

/// Budgets as the replay counted them; a warning holds or not as the record tells.
private struct ReplayState: PolicyState {
    let ledger: PolicyLedger
    let isContinued: Bool

    func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
        ledger.used(budget, from: from, to: to, now: now)
    }

    func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool { isContinued }
}
