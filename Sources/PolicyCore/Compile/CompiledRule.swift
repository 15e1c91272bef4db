import PatternMatching
import Synchronization

/// A rule (or a grant, which is a rule of its own kind) with every name resolved.
final class CompiledRule: Sendable {
    /// `groups.kids.rules[1]`
    let path: String
    let verb: RuleDeclaration.Verb
    let targets: [CompiledTarget]
    let except: [CompiledTarget]
    /// What targets that are text compare with.
    let texts: [[UInt8]]
    /// nil: the targets must be asked one by one.
    let reach: Reach?
    let audience: Audience
    let isForEveryone: Bool
    /// Indexes of schedules.
    let during: [Int]
    let exceptDuring: [Int]
    let reason: String?
    let budget: BudgetAmount?
    /// The budget's period asked for last, in minutes of UTC: where it begins in the upper half, how long it is in the lower; 0 before the
    /// first. One word that stands for itself, so that no order between threads matters.
    private let lastPeriod = Atomic<UInt64>(0)
    let warnMinutes: Int
    let isFinal: Bool
    /// A grant's own window; rules have none.
    let from: Instant?
    let until: Instant?

    init(
        path: String, verb: RuleDeclaration.Verb, targets: [CompiledTarget], except: [CompiledTarget] = [], texts: [[UInt8]] = [],
        categories: [CompiledCategory],
        audience: Audience = .everyone,
        during: [Int] = [], exceptDuring: [Int] = [], reason: String? = nil, budget: BudgetAmount? = nil, warnMinutes: Int = 15,
        isFinal: Bool = false, from: Instant? = nil, until: Instant? = nil
    ) {
        self.path = path
        self.verb = verb
        self.targets = targets
        self.except = except
        self.texts = texts
        reach = Reach(targets, categories)
        self.audience = audience
        isForEveryone = audience.isEveryone
        self.during = during
        self.exceptDuring = exceptDuring
        self.reason = reason
        self.budget = budget
        self.warnMinutes = warnMinutes
        self.isFinal = isFinal
        self.from = from
        self.until = until
        hasWindow = !during.isEmpty || !exceptDuring.isEmpty || from != nil || until != nil
        isPlain = isForEveryone && !hasWindow && except.isEmpty && (verb == .block || verb == .allow)
    }

    /// Whether what it decides may change by the clock or by use alone.
    var isTimed: Bool { hasWindow || verb == .limit || verb == .warn }

    /// Whether there are times at which it does not apply.
    let hasWindow: Bool

    /// Whether it decides for everybody, at all times and at once: where one of its targets holds the request, that is all.
    let isPlain: Bool

    /// `block`, `warn` and `limit` tighten: their targets are looked for in the URL as sent too.
    var tightens: Bool { verb != .allow }
}

extension CompiledRule {
    /// As ``BudgetAmount/period(at:in:)``: a rule's requests come many to the period, and to find one is to look for clock changes around it.
    /// - Parameter budget: its own.
    func period(of budget: BudgetAmount, at now: Instant, in zone: ZoneTable) -> (from: Instant, to: Instant) {
        let last = lastPeriod.load(ordering: .relaxed)
        let (from, to) = (Int64(last >> 32) &* 60, Int64(last >> 32 &+ last & 0xffff_ffff) &* 60)
        if from <= now.seconds, now.seconds < to { return (Instant(seconds: from), Instant(seconds: to)) }
        let period = budget.period(at: now, in: zone)
        keep(period)
        return period
    }

    /// Periods that are no whole minutes, as they were before 1973, are not kept.
    private func keep(_ period: (from: Instant, to: Instant)) {
        let (from, to) = (period.from.seconds, period.to.seconds)
        guard from > 0, from % 60 == 0, to % 60 == 0, let start = UInt32(exactly: from / 60),
            let length = UInt32(exactly: to / 60 - from / 60)
        else { return }
        lastPeriod.store(UInt64(start) << 32 | UInt64(length), ordering: .relaxed)
    }
}

/// A target with its name resolved: plain numbers, so that looking at one counts no references.
enum CompiledTarget: Sendable {
    case all
    case uncategorized
    case ipHost
    /// Index of a category.
    case category(Int)
    /// An entry written in place, in the snapshot's own index.
    case own(SourceID)
    /// An entry written in a grant, in the grants' index.
    case granted(SourceID)
    /// Index of a text of the rule: lower case; `video/` stands for `video/*`, nothing for `*/*`.
    case mediaType(Int, isPrefix: Bool)
    /// Index of a text of the rule: lower case.
    case fileExtension(Int)
    /// Index of a text of the rule.
    case method(Int)
    case port(UInt16)
}

/// Whom a rule is for.
enum Audience: Sendable {
    case everyone
    /// Indexes of client entries and of groups.
    case some(clients: Set<Int>, groups: Set<Int>)
    /// A grant to a device by its name, which need not have an entry.
    case client(String)
    case group(String)

    var isEveryone: Bool {
        if case .everyone = self { return true }
        return false
    }

    func contains(_ identity: Identity) -> Bool {
        switch self {
        case .everyone: true
        case .some(let clients, let groups):
            groups.contains(identity.groupIndex) || (identity.clientIndex.map(clients.contains) ?? false)
        case .client(let name): identity.client == name
        case .group(let name): identity.group == name
        }
    }
}
