/// The Proxy-Authorization field (RFC 9110, 11.7.2; RFC 7617).
public enum ProxyAuthorization {
    /// The user and password of Basic credentials; nil for another scheme or anything malformed.
    public static func basic(_ value: some Collection<UInt8>) -> (user: String, password: String)? { nil }

    /// The credentials of a request; nil where there are none, malformed ones or more than one field.
    public static func basic(of head: RequestHead) -> (user: String, password: String)? { nil }
}
