public import PolicyCore

/// A signed-in browser.
public struct AccountSession: Sendable, Hashable, Identifiable {
    /// Short, not secret: tells sessions of a list apart. The secret itself is kept by the browser alone.
    public var id: String
    public var account: Account
    public var created: Instant
    public var lastUsed: Instant
    /// Where it was begun from, as told by the caller.
    public var address: String?
    public var agent: String?

    public init(id: String, account: Account, created: Instant, lastUsed: Instant, address: String?, agent: String?) {
        self.id = id
        self.account = account
        self.created = created
        self.lastUsed = lastUsed
        self.address = address
        self.agent = agent
    }
}

/// A token for programs; the secret is shown once, when it is made.
public struct AccountToken: Sendable, Hashable, Codable, Identifiable {
    public var id: Int64
    public var account: String
    public var name: String
    public var created: Instant
    public var lastUsed: Instant?

    public init(id: Int64, account: String, name: String, created: Instant, lastUsed: Instant?) {
        self.id = id
        self.account = account
        self.name = name
        self.created = created
        self.lastUsed = lastUsed
    }
}
