public import PolicyCore

/// A stored request for access and what became of it.
public struct Ask: Sendable, Hashable, Codable, Identifiable {
    public enum State: String, Sendable, Codable { case open, approved, denied }

    /// Whom an approval is for.
    public enum ApprovalScope: String, Sendable, Codable, CaseIterable { case client, group, everyone }

    public var id: Int64
    public var request: AccessRequest
    public var state: State
    /// How often the same client asked for the same site while this was open.
    public var count: Int
    public var decidedBy: String?
    public var decidedAt: Instant?
    /// The grant that an approval made.
    public var grant: Int64?

    public init(
        id: Int64, request: AccessRequest, state: State, count: Int, decidedBy: String? = nil, decidedAt: Instant? = nil,
        grant: Int64? = nil
    ) {
        self.id = id
        self.request = request
        self.state = state
        self.count = count
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
        self.grant = grant
    }
}
