import PatternMatching

/// What a rehearsal found.
public struct RehearsalReport: Sendable, Hashable {
    /// What becomes of a visit that the draft decides otherwise.
    public enum Change: String, Sendable, Codable, CaseIterable {
        case blocked, allowed, warned
    }

    /// How many visits changed in each way.
    public struct Counts: Sendable, Hashable, Codable {
        public var blocked = 0
        public var allowed = 0
        public var warned = 0

        public init() {}

        public var total: Int { blocked &+ allowed &+ warned }

        mutating func count(_ change: Change) {
            switch change {
            case .blocked: blocked &+= 1
            case .allowed: allowed &+= 1
            case .warned: warned &+= 1
            }
        }
    }

    /// One row of a table.
    public struct Row: Sendable, Hashable, Codable {
        public var name: String
        public var counts: Counts
    }

    /// A visit that changes.
    public struct Example: Sendable, Hashable, Codable {
        /// The visit's id.
        public var visit: String
        public var time: Instant
        public var client: String
        public var address: String?
        public var user: String?
        public var method: String
        public var url: String
        public var change: Change
        public var before: Verdict
        public var beforeRule: String?
        public var after: Verdict
        public var afterRule: String
    }

    public var baseline: Rehearsal.Baseline
    /// Visits judged.
    public internal(set) var judged = 0
    /// Visits rules never judged, left out.
    public internal(set) var notJudged = 0
    /// Same verdict, by another rule.
    public internal(set) var byAnotherRule = 0
    public internal(set) var changes = Counts()
    /// Of the changes, those the running policy makes too: not the draft's doing.
    public internal(set) var alreadyToday = 0
    /// Visits the running policy decides otherwise than was recorded: it, its lists or its grants have changed since.
    public internal(set) var drifted = 0
    /// Judged on the host alone, because it was a tunnel.
    public internal(set) var tunnels = 0
    /// Judged on the host alone, because the path was not kept.
    public internal(set) var pathsUnknown = 0
    /// Judged by the beginning of the path, because the rest was not kept.
    public internal(set) var pathsCut = 0
    /// Requests the draft cannot decide because a required list is missing.
    public internal(set) var undecided = 0
    public internal(set) var first: Instant?
    public internal(set) var last: Instant?
    public internal(set) var examples: [Example] = []
    private var clients = Tally()
    private var groups = Tally()
    private var sites = Tally()
    private var categories = Tally()
    private var rules = Tally()
    private var shown: [String: Int] = [:]

    init(baseline: Rehearsal.Baseline) { self.baseline = baseline }

    public var unchanged: Int { judged &- changes.total }
    public var byClient: [Row] { clients.rows }
    public var byGroup: [Row] { groups.rows }
    public var bySite: [Row] { sites.rows }
    /// By the category the deciding rule named: the draft's where it blocks or warns, else the one before.
    public var byCategory: [Row] { categories.rows }
    /// By the draft's deciding rule.
    public var byRule: [Row] { rules.rows }

    /// Examples kept in all, and of one rule and change.
    static let mostExamples = 200
    static let mostAlike = 5
}

extension RehearsalReport {
    mutating func take(
        _ request: RecordedRequest, before: RecordedRequest.Verdict, after: Decision, today: Decision, group: String
    ) {
        judged += 1
        if first == nil { first = request.time }
        last = max(last ?? request.time, request.time)
        switch request.sight {
        case .whole: break
        case .tunnel: tunnels += 1
        case .pathUnknown: pathsUnknown += 1
        case .pathCut: pathsCut += 1
        }
        if after.ground.missingList != nil { undecided += 1 }
        if today.verdict != request.recorded.verdict { drifted += 1 }
        guard after.verdict != before.verdict else {
            if let rule = before.rule, rule != after.ground.rule { byAnotherRule += 1 }
            return
        }
        if today.verdict == after.verdict { alreadyToday += 1 }
        note(request, before, after, group)
    }

    private mutating func note(
        _ request: RecordedRequest, _ before: RecordedRequest.Verdict, _ after: Decision, _ group: String
    ) {
        let change: Change =
            switch after.verdict {
            case .allow: .allowed
            case .block: .blocked
            case .warn: .warned
            }
        changes.count(change)
        clients.count(request.client, change)
        groups.count(group, change)
        sites.count(request.asked.url.site, change)
        categories.count((after.verdict == .allow ? before.category : after.ground.category) ?? "", change)
        rules.count(after.ground.rule, change)
        keepExample(request, before, after, change)
    }

    /// The first few of each rule and change: what is alike is told by the tables.
    private mutating func keepExample(
        _ request: RecordedRequest, _ before: RecordedRequest.Verdict, _ after: Decision, _ change: Change
    ) {
        let kind = "\(change.rawValue) \(after.ground.rule)"
        guard examples.count < RehearsalReport.mostExamples, shown[kind, default: 0] < RehearsalReport.mostAlike else { return }
        shown[kind, default: 0] += 1
        examples.append(
            Example(
                visit: request.id, time: request.time, client: request.client, address: request.address, user: request.user,
                method: request.asked.method, url: request.asked.url.text, change: change, before: before.verdict,
                beforeRule: before.rule, after: after.verdict, afterRule: after.ground.rule))
    }

    /// Counts by name; past so many names the rest is counted together.
    private struct Tally: Sendable, Hashable {
        private var counts: [String: Counts] = [:]
        private var others = Counts()
        private static let mostNames = 20_000
        private static let mostRows = 100

        mutating func count(_ name: String, _ change: Change) {
            if counts.count >= Self.mostNames, counts[name] == nil { return others.count(change) }
            counts[name, default: Counts()].count(change)
        }

        /// The most frequent first; what is beyond the last row is in a row of its own, named `…`.
        var rows: [Row] {
            let sorted = counts.map { Row(name: $0.key, counts: $0.value) }
                .sorted { ($1.counts.total, $0.name) < ($0.counts.total, $1.name) }
            var rest = others
            for row in sorted.dropFirst(Self.mostRows) { rest.add(row.counts) }
            return Array(sorted.prefix(Self.mostRows)) + (rest.total > 0 ? [Row(name: "…", counts: rest)] : [])
        }
    }
}

extension RehearsalReport.Counts {
    fileprivate mutating func add(_ other: RehearsalReport.Counts) {
        blocked &+= other.blocked
        allowed &+= other.allowed
        warned &+= other.warned
    }
}
