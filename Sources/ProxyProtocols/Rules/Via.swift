/// The Via field (RFC 9110, 7.6.3).
public enum Via {
    /// Whether an instance of this name stands in the request's Via: it went round in a circle.
    public static func contains(_ name: String, in head: RequestHead) -> Bool { false }
}
