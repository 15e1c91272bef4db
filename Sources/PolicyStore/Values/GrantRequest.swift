public import PolicyCore

/// What somebody wants to allow or block from the browser, before it has an id.
public struct GrantRequest: Sendable, Hashable, Codable {
    public var scope: Grant.Scope
    /// True allows, false blocks; a pause blocks `all`.
    public var allows: Bool
    /// `all`, a category's name, `uncategorized`, or a target written in place (`site:example.com`, `url:example.com/x` …).
    public var target: String
    /// Minutes from now; nil for good.
    public var minutes: Int?
    /// Shown on the block page and in the list of grants; at most 500 characters are kept.
    public var reason: String?

    public init(scope: Grant.Scope, allows: Bool, target: String, minutes: Int?, reason: String? = nil) {
        self.scope = scope
        self.allows = allows
        self.target = target
        self.minutes = minutes
        self.reason = reason
    }

    /// Everything is blocked for this scope for `minutes` (nil: until revoked).
    public static func pause(_ scope: Grant.Scope, minutes: Int?, reason: String? = nil) -> GrantRequest {
        GrantRequest(scope: scope, allows: false, target: "all", minutes: minutes, reason: reason)
    }
}
