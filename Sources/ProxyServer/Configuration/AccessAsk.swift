public import PolicyCore

/// Somebody asked for access from a block page or the portal.
public struct AccessAsk: Sendable, Hashable {
    public var client: String
    public var group: String
    public var user: String?
    /// Canonical URL that was blocked; `https://host/` for a tunnel.
    public var url: String
    public var host: String
    /// The registrable site.
    public var site: String
    public var rule: String
    public var category: String?
    /// What the asker wrote, as it came: at most 500 characters, to be escaped wherever it is shown.
    public var note: String
    public var time: Instant

    public init(
        client: String, group: String, user: String? = nil, url: String, host: String, site: String, rule: String, category: String? = nil,
        note: String = "", time: Instant
    ) {
        self.client = client
        self.group = group
        self.user = user
        self.url = url
        self.host = host
        self.site = site
        self.rule = rule
        self.category = category
        self.note = note
        self.time = time
    }
}

/// Takes asks; called on event loops, so it returns at once.
public protocol AskSink: Sendable {
    func ask(_ ask: AccessAsk)
}
