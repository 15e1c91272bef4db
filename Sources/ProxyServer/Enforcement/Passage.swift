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
final class Passage: Registered {
    var place = -1
    /// Set while bytes move under this decision.
    weak var subject: (any PassageSubject)?

    private let loop: ProxyLoop
    /// nil where Weir itself was asked.
    private(set) var asked: Asked?
    /// A TLS name shown in a tunnel to another host: the stricter verdict of both holds.
    private(set) var alsoAsked: Asked?
    let asker: Asker
    private(set) var identity: Identity
    private(set) var decision: Decision
    private let first: Ground
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
        first = decision.ground
        firstVerdict = VisitVerdict(decision.verdict)
        batch = begun.batch
        let visit = begun.take()
        began = visit.began
        minute = began.minute
        lastMinute = minute
        beganSteady = .now()
        self.visit = consume visit
        if case .allow = decision { noteBudget() }
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
    }

    /// Counts body bytes towards the client.
    func moved(down count: Int) {
        down &+= UInt64(count)
        loop.counters.bytesDown &+= UInt64(count)
        if loop.minute != minute { enterMinute() }
    }

    private func enterMinute() {
        minute = loop.minute
        lastMinute = max(lastMinute, minute)
        visit?.progress(minute: minute, up: up, down: down)
        loop.appended()
        noteBudget()
    }

    /// Tells the ledger what moved under a limit since it was last told.
    func noteBudget() {
        guard case .allow(let ground) = decision, let budget = ground.budget else { return }
        let total = up &+ down
        loop.ledger.note(
            BudgetNote(budget: budget, minute: minute, bytes: total &- noted, visits: hasNoted || !isPage ? 0 : 1))
        noted = total
        hasNoted = true
    }

    /// Whether a budget runs while this does, so that it must be judged again as bytes and minutes add up.
    var isLimited: Bool { decision.ground.budget != nil }

    /// Bytes moved that the ledger has not been told of.
    var hasUnnoted: Bool { up &+ down != noted }

    // MARK: Judging again

    /// Judges again, with a snapshot that may be newer.
    func judge(with snapshot: PolicySnapshot, at now: Instant) -> Decision {
        guard let asked else { return decision }
        identity = snapshot.identify(asker)
        var latest = snapshot.decide(asked, by: identity, at: now, state: loop.ledger)
        if let alsoAsked {
            latest = latest.stricter(than: snapshot.decide(alsoAsked, by: identity, at: now, state: loop.ledger))
        }
        decision = latest
        return latest
    }

    /// Judges again and stops what is no longer allowed.
    func enforce(_ snapshot: PolicySnapshot, at now: Instant) {
        guard let subject else { return }
        noteBudget()
        let latest = judge(with: snapshot, at: now)
        if latest.verdict != .allow { subject.cut(by: latest) }
    }

    /// Something beside the rules decides.
    func decide(_ decision: Decision) { self.decision = decision }

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
        loop.passages.remove(self)
        subject = nil
        guard let visit = visit.take() else { return }
        if hasUnnoted { noteBudget() }
        let ground = decision.ground
        let finalVerdict = verdict ?? VisitVerdict(decision.verdict)
        let took = (NIODeadline.now() - beganSteady).nanoseconds / 1_000_000
        var end = VisitEnd(
            id: visit.id, status: UInt16(clamping: status), up: up, down: down, milliseconds: UInt64(max(0, took)), outcome: outcome,
            mediaType: asked?.mediaType, lastMinute: lastMinute)
        if finalVerdict != firstVerdict { end.verdict = finalVerdict }
        if ground.rule != first.rule || finalVerdict != firstVerdict {
            end.rule = ground.rule
            end.category = ground.category
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
    /// The one of two that lets less through: block before warn before allow; this one where they are equal.
    func stricter(than other: Decision) -> Decision {
        switch (verdict, other.verdict) {
        case (.block, _), (.warn, .warn), (.warn, .allow), (.allow, .allow): self
        default: other
        }
    }
}
