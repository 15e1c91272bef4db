/// The two versions of HTTP/1 that are spoken (RFC 9112, 2.3).
public enum HTTPVersion: UInt8, Sendable, Hashable {
    case v10, v11

    /// `1.0` or `1.1`, as Via writes it.
    public var text: StaticString { self == .v10 ? "1.0" : "1.1" }
}
