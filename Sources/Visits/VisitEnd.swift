/// How a visit ended. `verdict`, `rule`, `category`, `list` and `reason` are given only where they differ from the beginning's: a reply whose
/// media type turned out to be blocked, a tunnel cut by a schedule.
public struct VisitEnd: Sendable, Hashable {
    public var id: VisitID
    /// The status the client was sent; 0 where none was.
    public var status: UInt16
    /// Message-body bytes as relayed, without heads and chunk framing; for tunnels every byte after the `200` or `101`. Weir's own pages: 0.
    public var up: UInt64
    public var down: UInt64
    public var milliseconds: UInt64
    public var outcome: Outcome
    public var mediaType: String?
    public var verdict: VisitVerdict?
    public var rule: String?
    public var category: String?
    public var reason: String?
    public var list: String?
    /// The last minute in which there was traffic (``PolicyCore/Instant/minute``).
    public var lastMinute: Int64

    public init(
        id: VisitID, status: UInt16, up: UInt64 = 0, down: UInt64 = 0, milliseconds: UInt64, outcome: Outcome, mediaType: String? = nil,
        verdict: VisitVerdict? = nil, rule: String? = nil, category: String? = nil, reason: String? = nil, list: String? = nil,
        lastMinute: Int64
    ) {
        self.id = id
        self.status = status
        self.up = up
        self.down = down
        self.milliseconds = milliseconds
        self.outcome = outcome
        self.mediaType = mediaType
        self.verdict = verdict
        self.rule = rule
        self.category = category
        self.reason = reason
        self.list = list
        self.lastMinute = lastMinute
    }
}
