public import PolicyCore
public import Visits

/// One visit as it is read: every field programs see, texts resolved.
public struct VisitRow: Sendable, Hashable {
    /// Unique and stable: boot, stream and sequence number (`5f0c…-2-118`).
    public var id: String
    /// The row's number in the database; nil while it is only journalled. Grows with the order of arrival there.
    public var number: Int64?
    public var time: Instant
    public var client: String
    public var address: String?
    public var user: String?
    public var group: String?
    public var method: String?
    public var scheme: String?
    public var host: String?
    /// Registrable site of `host`; not among the fields programs read.
    public var site: String?
    public var port: UInt16?
    public var path: String?
    public var verdict: VisitVerdict
    public var rule: String?
    public var category: String?
    /// The list whose entry put it into its category; not among the fields programs read.
    public var list: String?
    /// nil while the visit runs and where no status was sent.
    public var status: UInt16?
    public var up: UInt64
    public var down: UInt64
    /// nil while the visit runs.
    public var milliseconds: UInt64?
    public var outcome: Outcome
    public var reason: String?
    public var generation: UInt64
    public var isPage: Bool
    public var mediaType: String?
    public var userAgent: String?
    /// What was decided first, of a visit that is only journalled; not among the fields programs read.
    var began: Began?

    struct Began: Sendable, Hashable {
        var verdict: VisitVerdict
        var rule: String?
        var category: String?
    }

    public init(
        id: String, number: Int64?, time: Instant, client: String, verdict: VisitVerdict, outcome: Outcome, generation: UInt64 = 0
    ) {
        self.id = id
        self.number = number
        self.time = time
        self.client = client
        self.verdict = verdict
        self.outcome = outcome
        self.generation = generation
        up = 0
        down = 0
        isPage = false
    }
}
