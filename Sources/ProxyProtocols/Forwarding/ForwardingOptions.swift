public import PatternMatching

/// What forwarding adds or takes away by configuration.
public struct ForwardingOptions: Sendable {
    /// `forwarded-for`.
    public enum ForwardedFor: Sendable, Hashable {
        /// What the client sent passes as it is.
        case off
        /// The client's address is appended to X-Forwarded-For.
        case on
        /// Forwarded and X-Forwarded-For are taken out.
        case delete
    }

    /// This instance's name in Via (a token); nil: no Via.
    public var via: String?
    public var forwardedFor: ForwardedFor
    /// The client's address for `forwardedFor: .on`.
    public var client: IPAddress?
    /// Take Expect out: Weir has answered it already.
    public var dropsExpect: Bool

    /// A query parameter of letters and digits that stands in for whatever the query says under this name.
    public var parameter: (name: String, value: String)?
    /// A field that stands in for whatever the client sent under this name: a token in any case and a field value.
    public var field: (name: String, value: String)?

    public init(via: String? = nil, forwardedFor: ForwardedFor = .delete, client: IPAddress? = nil, dropsExpect: Bool = false) {
        self.via = via
        self.forwardedFor = forwardedFor
        self.client = client
        self.dropsExpect = dropsExpect
    }
}
