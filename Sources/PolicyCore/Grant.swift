/// A decision given in the browser: comes before all rules but `final` house rules, the newest first. A pause is a grant that blocks `all`.
public struct Grant: Sendable, Hashable, Codable {
    public enum Scope: Sendable, Hashable, Codable {
        case everyone
        case group(String)
        case client(String)
    }

    /// Unique, growing: the newest has the largest.
    public var id: Int64
    public var scope: Scope
    /// True allows, false blocks (a pause, or a block given in the browser).
    public var allows: Bool
    /// A target as rules write it: `all`, a category's name, `site:example.com`, `url:…`.
    public var target: String
    public var from: Instant
    /// nil: for good.
    public var until: Instant?
    public var reason: String?
    public var author: String?

    public init(
        id: Int64, scope: Scope, allows: Bool, target: String, from: Instant, until: Instant?, reason: String? = nil, author: String? = nil
    ) {
        self.id = id
        self.scope = scope
        self.allows = allows
        self.target = target
        self.from = from
        self.until = until
        self.reason = reason
        self.author = author
    }
}
