import NIOCore
import PatternMatching
import PolicyCore
import Visits

/// Who carries the bytes of a passage, and can stop them.
protocol PassageSubject: AnyObject {
    /// The decision no longer lets this through. The passage already holds the new one.
    func cut(by decision: Decision)
}

/// A request or tunnel from its decision to its end: the small record a loop judges again when something changes, the counts of what it
/// moved, and its one visit.
final class Passage: Registered, Awaiting {
    var place = -1
    var duePlace = -1
    /// Set while bytes move under this decision; each holds the other until ``rest()``.
    private var subject: (any PassageSubject)?

    private let loop: ProxyLoop
    /// nil where Weir itself was asked.
    private(set) var asked: Asked?
    /// A TLS name shown in a tunnel to another host: the stricter verdict of both holds.
    private(set) var alsoAsked: Asked?
    let asker: Asker
    private(set) var identity: Identity
    /// What the way to the origin was chosen by.
    var restriction: ServiceRestriction?
    private(set) var decision: Decision
    /// What was decided about the TLS name, and then about the host asked for.
    private var alsoDecided: Decision?
    private var ownDecided: Decision?
    /// What was decided first, which the visit's beginning says.
    private let firstRule: String
    private let firstVerdict: VisitVerdict
    private var visit: OpenVisit?
    /// Where the visit's beginning stands in the journal.
    let batch: RecordKeeper.Batch
    let began: Instant
    private let beganSteady: NIODeadline
    let isPage: Bool

    private(set) var up: UInt64 = 0
    private(set) var down: UInt64 = 0
    private var noted: UInt64 = 0
    private var hasNoted = false
    /// Bytes moved under a limit since the loop last asked.
    private var isMoving = false
    private var isLimited: Bool
    private var minute: Int64
    private var lastMinute: Int64

    init(
        _ begun: consuming BegunVisit, loop: ProxyLoop, asked: Asked?, asker: Asker, identity: Identity, decision: Decision, isPage: Bool
    ) {
        self.loop = loop
        self.asked = asked
        self.asker = asker
        self.identity = identity
        self.decision = decision
        self.isPage = isPage
        firstRule = decision.ground.rule
        firstVerdict = VisitVerdict(decision.verdict)
        batch = begun.batch
        let visit = begun.take()
        began = visit.began
        minute = began.minute
        lastMinute = minute
        beganSteady = .now()
        isLimited = decision.ground.budget != nil
        if let budget = decision.ground.budget { drawsOn = [budget] }
        self.visit = consume visit
        if case .allow = decision {
            if isPage { counted = drawsOn }
            noteBudget()
        }
    }

    deinit {
        // An object of the loop that is dropped with its visit open leaves OpenVisit to record `interrupted`.
        assert(place < 0, "a passage must leave its loop's register before it goes")
    }

    // MARK: Counting

    /// Counts body bytes towards the origin.
    func moved(up count: Int) {
        up &+= UInt64(count)
        loop.counters.bytesUp &+= UInt64(count)
        if loop.minute != minute { enterMinute() }
        if isLimited, !isMoving { moves() }
    }

    /// Counts body bytes towards the client.
    func moved(down count: Int) {
        down &+= UInt64(count)
        loop.counters.bytesDown &+= UInt64(count)
        if loop.minute != minute { enterMinute() }
        if isLimited, !isMoving { moves() }
    }

    private func enterMinute() {
        minute = loop.minute
        lastMinute = max(lastMinute, minute)
        visit?.progress(minute: minute, up: up, down: down)
        loop.appended()
        noteBudget()
    }

    private func moves() {
        isMoving = true
        loop.budgets.moves(self)
    }

    /// Tells the ledger what moved since the loop last asked.
    func tellMoved() {
        isMoving = false
        if hasUnnoted { noteBudget() }
    }

    /// Tells the ledger what moved under limits since it was last told.
    private func noteBudget() {
        guard case .allow = decision, isLimited else { return }
        let total = up &+ down
        for budget in drawsOn {
            loop.ledger.note(
                BudgetNote(budget: budget, minute: minute, bytes: total &- noted, visits: hasNoted || !isPage ? 0 : 1))
            loop.budgets.note(budget)
        }
        noted = total
        hasNoted = true
    }

    /// Bytes moved that the ledger has not been told of.
    private var hasUnnoted: Bool { up &+ down != noted }

    // MARK: Running

    /// Bytes move under this decision from now on, or are about to.
    func run(_ subject: any PassageSubject) {
        self.subject = subject
        if place < 0 { loop.watch(self) }
    }

    /// It no longer moves bytes.
    func rest() {
        subject = nil
        if place >= 0 { loop.unwatch(self) }
    }

    /// Whether time alone, or use, may change the verdict.
    var isTimed: Bool {
        decision.ground.isTimed || alsoDecided?.ground.isTimed == true || ownDecided?.ground.isTimed == true
    }

    /// The budgets it draws on, or would be stopped by.
    private(set) var drawsOn: [BudgetKey] = []

    /// The budgets that have counted this page view: none counts it twice, and one of visits does not end it.
    private var counted: [BudgetKey] = []

    /// When a budget it draws on ends, as far as that is known: told by whoever uses it up.
    var budgetEnd: Instant?

    /// When the verdict may change next, as far as that is known.
    /// - Parameter policy: when a schedule or grant next changes.
    func nextChange(policy: Instant?, at now: Instant) -> Instant? {
        guard isTimed else { return nil }
        let continued = [(asked, ownDecided ?? decision), (alsoAsked, alsoDecided)].compactMap { asked, decision -> Instant? in
            guard let asked, let rule = decision?.ground.rule else { return nil }
            return loop.ledger.continuedUntil(client: identity.client, rule: rule, site: asked.url.site, now: now)
        }
        return (continued + [policy, budgetEnd].compactMap { $0 }.filter { now < $0 }).min()
    }

    // MARK: Judging again

    /// Judges again, with a snapshot that may be newer.
    /// - Parameter learns: something of the traffic is known that was not, rather than that time went by or the policy changed: a budget that is
    ///   drawn on because of it counts this minute.
    func judge(with snapshot: PolicySnapshot, at now: Instant, learns: Bool = true) -> Decision {
        guard let asked else { return decision }
        identity = snapshot.identify(asker)
        let state = RunningVisitState(loop.ledger, counted: counted)
        let own = snapshot.decide(asked, by: identity, at: now, state: state)
        alsoDecided = alsoAsked.map { snapshot.decide($0, by: identity, at: now, state: state) }
        ownDecided = alsoDecided == nil ? nil : own
        let both = alsoDecided.map { own.stricter(than: $0) } ?? own
        take(both.verdict == .allow ? brokenRestriction(snapshot) ?? both : both, learns: learns)
        if place >= 0, decision.verdict == .allow { loop.judged(self, at: now) }
        return decision
    }

    /// The group asks for a restricted form that what was connected to does not keep to.
    private func brokenRestriction(_ snapshot: PolicySnapshot) -> Decision? {
        let settings = snapshot.settings(for: identity)
        let wanted = asked.flatMap { settings.restriction(of: $0.url) }
        let shown = alsoAsked.flatMap { settings.restriction(of: $0.url) }
        guard let broken = wanted.flatMap({ $0 == restriction ? nil : $0 }) ?? shown.flatMap({ $0.isKept(by: restriction) ? nil : $0 })
        else {
            return nil
        }
        return .block(Ground(rule: "groups.\(identity.group).\(broken.key.rawValue)", reason: broken.key.rawValue))
    }

    private func take(_ decision: Decision, learns: Bool = false) {
        let isToBeLimited = decision.ground.budget != nil || alsoDecided?.ground.budget != nil
        guard isToBeLimited || !drawsOn.isEmpty else {
            self.decision = decision
            isLimited = false
            return
        }
        var grounds = [decision.ground, alsoDecided?.ground].compactMap { $0 }.filter { $0.budget != nil }
        if grounds.first?.budget == grounds.dropFirst().first?.budget { grounds = Array(grounds.prefix(1)) }
        let keys = grounds.compactMap(\.budget)
        // What moved before is another rule's.
        if keys != drawsOn, hasUnnoted { noteBudget() }
        self.decision = decision
        isLimited = isToBeLimited
        if keys != drawsOn { draw(on: keys, grounds, learns: learns) }
    }

    /// Draws on other budgets from here on, and has that recorded, so that reports and a start count what the ledger counts.
    private func draw(on keys: [BudgetKey], _ grounds: [Ground], learns: Bool) {
        if place >= 0 {
            drawsOn.forEach { loop.budgets.leave(self, $0) }
            keys.forEach { loop.budgets.enter(self, $0) }
        }
        let fresh = keys.filter { !drawsOn.contains($0) }
        // A record says of all that is new at once whether the page view counts.
        let counts = isPage && !fresh.contains { counted.contains($0) }
        drawsOn = keys
        noted = up &+ down
        // What nothing moves under any more draws on nothing.
        guard case .allow = decision else { return }
        hasNoted = true
        visit?.draw(
            VisitDraw(
                id: VisitID(boot: 0, stream: 0, sequence: 0), minute: loop.minute, lastMinute: lastMinute, up: up, down: down,
                targets: grounds.compactMap { ground in ground.budget.map { VisitDraw.Target(budget: $0, category: ground.category) } },
                isTraffic: learns, isPage: counts))
        loop.appended()
        guard learns else { return }
        if counts { counted += fresh }
        for budget in fresh {
            loop.ledger.note(BudgetNote(budget: budget, minute: loop.minute, visits: counts ? 1 : 0))
            loop.budgets.note(budget)
        }
    }

    /// Judges again and stops what is no longer allowed.
    func enforce(_ snapshot: PolicySnapshot, at now: Instant) {
        guard let subject else { return }
        if hasUnnoted { noteBudget() }
        let latest = judge(with: snapshot, at: now, learns: false)
        if latest.verdict != .allow { subject.cut(by: latest) }
    }

    /// Something beside the rules decides.
    func decide(_ decision: Decision) { take(decision) }

    /// The reply's media type is known.
    func learn(mediaType: String) { asked?.mediaType = mediaType }

    /// The tunnel's TLS name is known and is another host's.
    func learn(tlsName url: RequestURL) { alsoAsked = Asked(url: url, method: asked?.method ?? "CONNECT") }

    // MARK: Ending

    var isOpen: Bool { visit != nil }

    /// Ends the visit; a second call does nothing.
    /// - Parameters:
    ///   - reason: a stable code where the proxy and not a rule refused or cut it.
    func end(_ outcome: Outcome, status: Int, reason: String? = nil, verdict: VisitVerdict? = nil) {
        rest()
        guard let visit = visit.take() else { return }
        if hasUnnoted { noteBudget() }
        let finalVerdict = verdict ?? VisitVerdict(decision.verdict)
        let took = (NIODeadline.now() - beganSteady).nanoseconds / 1_000_000
        var end = VisitEnd(
            id: visit.id, status: UInt16(clamping: status), up: up, down: down, milliseconds: UInt64(max(0, took)), outcome: outcome,
            mediaType: asked?.mediaType, lastMinute: lastMinute)
        if finalVerdict != firstVerdict { end.verdict = finalVerdict }
        if decision.ground.rule != firstRule || finalVerdict != firstVerdict {
            let ground = decision.ground
            end.rule = ground.rule
            end.category = ground.category
            end.list = ground.list
            end.reason = ground.reason
        }
        if let reason { end.reason = reason }
        visit.close(end)
        loop.appended()
    }
}

extension VisitVerdict {
    init(_ verdict: Verdict) {
        switch verdict {
        case .allow: self = .allow
        case .block: self = .block
        case .warn: self = .warn
        }
    }
}

extension Decision {
    /// The one of two that lets less through: block before warn before a limit before what is allowed for good; this one where they are equal.
    func stricter(than other: Decision) -> Decision {
        switch (verdict, other.verdict) {
        case (.allow, .allow): ground.budget == nil && other.ground.budget != nil ? other : self
        case (.block, _), (.warn, .warn), (.warn, .allow): self
        default: other
        }
    }
}
