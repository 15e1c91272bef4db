public import PatternMatching

/// A request's head, checked against every rule of SECURITY.md's F rows that a head alone can break.
public struct RequestHead: Sendable {
    /// Bytes and fields as sent.
    public internal(set) var fields: HeadFields
    public let method: RequestMethod
    /// Where the method stands in the bytes.
    public let methodRange: Range<Int>
    /// Where the target stands in the bytes.
    public let targetRange: Range<Int>
    public let version: HTTPVersion
    public internal(set) var target: RequestTarget
    /// `none`, `length` or `chunked`.
    public internal(set) var framing: BodyFraming = .none
    /// Whether the client's connection may carry another request after this one. Never for HTTP/1.0: a proxy must not (RFC 9112, 9.3).
    public internal(set) var keepAlive = true
    /// The client waits for a 100 before it sends the body.
    public internal(set) var expectContinue = false
    /// The client asks to turn the connection into a WebSocket.
    public internal(set) var upgrade: UpgradeRequest = .none
    /// The Host field names something else than the target, which wins (RFC 9112, 3.2.2).
    public internal(set) var hostMismatch = false
    /// Its credentials authenticate the connection to the origin and not the request alone (NTLM, Negotiate).
    public internal(set) var authenticatesConnection = false
    /// For OPTIONS and TRACE only (RFC 9110, 7.6.2).
    public internal(set) var maxForwards: UInt64?
    /// The client takes trailers (`TE: trailers`).
    public internal(set) var acceptsTrailers = false

    /// The head as sent.
    public var bytes: [UInt8] { fields.bytes }
    /// The method as sent.
    public var methodText: String { String(decoding: bytes[methodRange], as: UTF8.self) }
    /// The target as sent.
    public var targetText: String { String(decoding: bytes[targetRange], as: UTF8.self) }
    /// The URL to judge; nil for origin-form and `*`.
    public var url: RequestURL? { target.url }

    /// The first value of a field.
    public func first(of field: KnownField) -> ArraySlice<UInt8>? { fields.first(of: field) }
    /// Every value of a field, in order.
    public func values(of field: KnownField) -> [ArraySlice<UInt8>] { fields.values(of: field) }
    /// The first value of a field as text, for records and pages.
    public func text(of field: KnownField) -> String? { fields.text(of: field) }
}

/// What a request asks its connection to become. Other tokens, `h2c` among them, are taken out of the request.
public enum UpgradeRequest: Sendable, Hashable {
    case none
    case websocket
}
