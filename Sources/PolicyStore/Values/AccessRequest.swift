public import PolicyCore

/// What somebody in front of a block page asked for.
public struct AccessRequest: Sendable, Hashable, Codable {
    public var client: String
    public var group: String
    public var user: String?
    public var url: String
    public var host: String
    /// Registrable domain, the host where there is none.
    public var site: String
    public var rule: String
    public var category: String?
    /// What the person wrote.
    public var note: String?
    public var time: Instant

    public init(
        client: String, group: String, user: String?, url: String, host: String, site: String, rule: String, category: String?,
        note: String?,
        time: Instant
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
