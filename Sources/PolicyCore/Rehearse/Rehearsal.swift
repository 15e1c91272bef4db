/// A draft policy judging what was recorded, beside the policy that runs: what would change, and for whom.
///
/// Requests are taken in order of time. Memory is bounded whatever their number.
public struct Rehearsal {
    /// What the draft is compared with.
    public enum Baseline: String, Sendable, Codable, CaseIterable {
        /// What was decided when the visit was recorded.
        case recorded
        /// What the policy that runs today would decide of it.
        case running
    }

    public let baseline: Baseline
    /// Requests before this moment are judged, so that budgets are what they were, and not told of.
    public let from: Instant
    /// From when on requests must be taken for budgets to be right at ``from``: the start of the longest period it lies in.
    public let start: Instant
    /// Whether minutes beyond a visit's first matter: only limits ask for them.
    public let needsMinutes: Bool
    public private(set) var report: RehearsalReport
    private var draft: PolicyReplay
    private var running: PolicyReplay
    private let warnings: Set<String>
    private let macs: [String: MACAddress]
    private var askers: [AskerKey: Asker] = [:]

    private struct AskerKey: Hashable {
        let client: String
        let asker: Asker
    }

    /// - Parameters:
    ///   - draft: with every grant that held at any time of the span.
    ///   - running: the policy in force, with the same grants.
    public init(draft: PolicySnapshot, running: PolicySnapshot, from: Instant, baseline: Baseline = .recorded) {
        self.draft = PolicyReplay(draft)
        self.running = PolicyReplay(running)
        self.from = from
        self.baseline = baseline
        report = RehearsalReport(baseline: baseline)
        let starts = [draft, running].flatMap { snapshot in
            snapshot.allRules.compactMap { $0.rule.budget?.period(at: from, in: snapshot.zone).from }
        }
        start = min(starts.min() ?? from, from)
        needsMinutes = !starts.isEmpty
        warnings = Set(running.allRules.filter { $0.rule.verb == .warn }.map(\.path))
        macs = Dictionary(
            draft.document.clients.compactMap { client in client.macs.first.map { (client.name, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Judges one request by both policies and notes what differs.
    public mutating func take(_ request: RecordedRequest) {
        let asker = asker(of: request)
        let continued = request.recorded.verdict == .allow && request.recorded.rule.map(warnings.contains) ?? false
        let (after, identity) = draft.judge(request, asker: asker, continued: continued)
        let (today, _) = running.judge(request, asker: asker, continued: continued)
        guard request.time >= from, request.isTold else { return }
        let before =
            baseline == .recorded
            ? request.recorded
            : RecordedRequest.Verdict(today.verdict, rule: today.ground.rule, category: today.ground.category)
        report.take(request, before: before, after: after, today: today, group: request.group ?? identity.group)
    }

    /// A visit that rules never judged: malformed, refused by configuration, Weir's own pages, or an address that cannot be read any more.
    public mutating func passOver(at time: Instant) {
        if time >= from { report.notJudged += 1 }
    }

    /// Visits keep no MAC address. A device that is not recognised by what they keep was recognised by its MAC, if it has an entry with one.
    private mutating func asker(of request: RecordedRequest) -> Asker {
        guard request.asker.mac == nil, let mac = macs[request.client] else { return request.asker }
        let key = AskerKey(client: request.client, asker: request.asker)
        if let known = askers[key] { return known }
        var asker = request.asker
        if running.snapshot.identify(asker).client != request.client { asker.mac = mac }
        if askers.count >= 65_536 { askers.removeAll(keepingCapacity: true) }
        askers[key] = asker
        return asker
    }
}
