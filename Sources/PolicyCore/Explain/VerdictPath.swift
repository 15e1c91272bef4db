/// The whole way to one verdict: who was recognised and how, what was asked in both its forms, what it belongs to, and every rule.
public struct VerdictPath: Sendable, Hashable, Codable {
    /// One way of recognising who asks, in the order tried.
    public struct Recognition: Sendable, Hashable, Codable {
        public var by: PolicyCore.Recognition
        /// What was looked for: a user, a MAC, an address; nil where nothing of the kind is known.
        public var given: String?
        /// The client or group found; nil where none was.
        public var found: String?
        /// The entry's prefix or value that fitted.
        public var entry: String?
        /// Whether this settled the client, and whether it settled the group.
        public var settlesClient: Bool
        public var settlesGroup: Bool
    }

    /// One category the request is in.
    public struct Membership: Sendable, Hashable, Codable {
        public var category: String
        public var title: String
        /// The first entry that put it there; nil where no single entry can be named.
        public var evidence: Explanation.Evidence?
    }

    /// A rule that no longer counted because one before it decided.
    public struct Unreached: Sendable, Hashable, Codable {
        public var rule: String
        public var sentence: String
    }

    public var explanation: Explanation
    /// The canonical URL.
    public var url: String
    /// As sent, where that differs: what tightens looks at both.
    public var sent: String?
    public var method: String
    /// RFC 3339 on the policy's wall clock.
    public var at: String
    public var recognition: [Recognition]
    public var memberships: [Membership]
    public var steps: [TraceStep]
    public var unreached: [Unreached]
    /// How much of each of the client's budgets was used at that moment.
    public var budgets: [BudgetLine]

    public struct BudgetLine: Sendable, Hashable, Codable {
        public var rule: String
        public var title: String
        /// In `unit`: minutes, bytes or visits.
        public var used: UInt64
        public var limit: UInt64
        public var unit: String
        /// RFC 3339.
        public var resets: String
    }
}
