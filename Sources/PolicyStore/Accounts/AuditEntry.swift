public import PolicyCore

/// Who did what, and when.
public struct AuditEntry: Sendable, Hashable, Codable, Identifiable {
    public var id: Int64
    public var time: Instant
    public var author: String
    /// A stable word such as `policy.save`, `grant.add`, `account.create`, `session.begin`.
    public var action: String
    public var subject: String

    public init(id: Int64, time: Instant, author: String, action: String, subject: String) {
        self.id = id
        self.time = time
        self.author = author
        self.action = action
        self.subject = subject
    }
}
