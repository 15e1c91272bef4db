/// How a message's body is delimited (RFC 9112, 6.3).
public enum BodyFraming: Sendable, Hashable {
    case none
    /// Content-Length, at most 2^63 - 1.
    case length(UInt64)
    case chunked
    /// Responses only: everything until the origin closes.
    case untilClose
}
