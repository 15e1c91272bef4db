/// The Proxy-Authorization field (RFC 9110, 11.7.2; RFC 7617).
public enum ProxyAuthorization {
    /// The user and password of Basic credentials; nil for another scheme or anything malformed: no base64, no UTF-8, no colon, a control
    /// character, an empty user.
    public static func basic(_ value: some Collection<UInt8>) -> (user: String, password: String)? {
        guard ASCII.equals(value.prefix(6), "basic ") else { return nil }
        guard let decoded = Base64.decode(value.dropFirst(6).drop { $0 == 0x20 }), let colon = decoded.firstIndex(of: 0x3a), colon > 0,
            decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }), let user = String(validating: decoded[..<colon], as: UTF8.self),
            let password = String(validating: decoded[(colon + 1)...], as: UTF8.self)
        else { return nil }
        return (user, password)
    }

    /// The credentials of a request; nil where there are none, malformed ones or more than one field.
    public static func basic(of head: RequestHead) -> (user: String, password: String)? {
        guard head.fields.count(of: .proxyAuthorization) == 1, let value = head.first(of: .proxyAuthorization) else { return nil }
        return basic(value)
    }
}
