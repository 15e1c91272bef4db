/// One rule that was tried, and what came of it.
public struct TraceStep: Sendable, Hashable, Codable {
    public enum Result: String, Sendable, Codable, CaseIterable {
        case decided
        case otherClients = "other-clients"
        case noTarget = "no-target"
        case needsMediaType = "needs-media-type"
        case excepted
        case scheduleClosed = "schedule-closed"
        case exceptScheduleOpen = "except-schedule-open"
        case notYet = "not-yet"
        case expired
        /// A grant that applies, but behind a `final` house rule that does too.
        case behindFinal = "behind-final"
        case listMissing = "list-missing"
        /// The matching engine gave up: blocked.
        case failed
    }

    /// `groups.kids.rules[1]`
    public var rule: String
    /// The rule in words.
    public var sentence: String
    public var result: Result
    /// The result in words: why it applied or did not.
    public var why: String
    /// What it decided; nil where it did not.
    public var verdict: Verdict?
    /// What exactly stood in the way or let it apply: names of schedules, of whom it is for, the exception that held; nil where there is
    /// no more to say.
    public var detail: String?
    /// What `detail` says in English, for who says it in another language; not among the fields programs read.
    public var subject: Subject?
    /// When the clock alone changes what came of it (its schedule opens, its grant begins): RFC 3339 on the policy's wall clock.
    public var next: String?

    public var applied: Bool { result == .decided }

    private enum CodingKeys: String, CodingKey {
        case rule, sentence, result, why, verdict, detail, next
    }

    /// What stood in the way or let it apply.
    public enum Subject: Sendable, Hashable {
        /// The target or exception that holds.
        case target(Target)
        /// Schedules, clients, groups, a list: all of them.
        case all([String])
        /// Any one of them.
        case any([String])
    }
}
