/// An origin's response head, checked, with what it means for the request it answers.
public struct ResponseHead: Sendable {
    /// Bytes and fields as sent; folded lines unfolded.
    public internal(set) var fields: HeadFields
    /// 100…999.
    public let status: UInt16
    public let version: HTTPVersion
    /// Where the reason phrase stands, possibly empty.
    public let reasonRange: Range<Int>
    /// How the body arrives from the origin, after what the request's method and the status say.
    public internal(set) var framing: BodyFraming = .none
    /// Whether the origin's connection may be used again once the body has been read in full.
    public internal(set) var isReusable = true
    /// The origin authenticates the connection, or offers to (NTLM, Negotiate): it is one user's from here on.
    public internal(set) var authenticatesConnection = false
    /// Content-Length, also where there is no body (HEAD, 304).
    public internal(set) var length: UInt64?
    /// Upgrade names WebSocket.
    var switchesToWebSocket = false

    /// The head's bytes.
    public var bytes: [UInt8] { fields.bytes }
    /// The first value of a field.
    public func first(of field: KnownField) -> ArraySlice<UInt8>? { fields.first(of: field) }
    /// Every value of a field, in order.
    public func values(of field: KnownField) -> [ArraySlice<UInt8>] { fields.values(of: field) }
    /// The first value of a field as text.
    public func text(of field: KnownField) -> String? { fields.text(of: field) }
}

/// What reading and forwarding a response needs of the request it answers.
public struct ResponseContext: Sendable, Hashable {
    public var method: RequestMethod
    public var version: HTTPVersion
    public var upgrade: UpgradeRequest
    /// The client sent `TE: trailers`.
    public var acceptsTrailers: Bool

    public init(
        method: RequestMethod = .get, version: HTTPVersion = .v11, upgrade: UpgradeRequest = .none, acceptsTrailers: Bool = false
    ) {
        self.method = method
        self.version = version
        self.upgrade = upgrade
        self.acceptsTrailers = acceptsTrailers
    }

    public init(_ head: RequestHead) {
        self.init(method: head.method, version: head.version, upgrade: head.upgrade, acceptsTrailers: head.acceptsTrailers)
    }
}
