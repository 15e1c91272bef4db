/// Field names that Weir acts on, found once while a head is read. Everything else is `other` and only passed on.
public enum KnownField: UInt8, Sendable, Hashable, CaseIterable {
    case other
    // Framing and routing.
    case host, contentLength, transferEncoding, trailer
    // Hop by hop (RFC 9110, 7.6.1).
    case connection, keepAlive, proxyConnection, te, upgrade, http2Settings
    case proxyAuthorization, proxyAuthenticate, proxyAuthenticationInfo
    // What a proxy reads or adds.
    case expect, maxForwards, via, forwarded, xForwardedFor, proxyStatus
    // Secrets, and what tells that they are a connection's.
    case authorization, wwwAuthenticate, persistentAuth, cookie, setCookie
    // What judging, recording and pages ask for.
    case accept, acceptLanguage, contentType, contentEncoding, contentRange, referer, origin, userAgent, location, date, server
    case secFetchDest, secFetchMode, secFetchSite, secFetchUser, secPurpose, range
    case secWebSocketKey, secWebSocketAccept

    /// The name in lower case; empty for `other`.
    public var name: StaticString {
        switch self {
        case .other: ""
        case .host: "host"
        case .contentLength: "content-length"
        case .transferEncoding: "transfer-encoding"
        case .trailer: "trailer"
        case .connection: "connection"
        case .keepAlive: "keep-alive"
        case .proxyConnection: "proxy-connection"
        case .te: "te"
        case .upgrade: "upgrade"
        case .http2Settings: "http2-settings"
        case .proxyAuthorization: "proxy-authorization"
        case .proxyAuthenticate: "proxy-authenticate"
        case .proxyAuthenticationInfo: "proxy-authentication-info"
        case .expect: "expect"
        case .maxForwards: "max-forwards"
        case .via: "via"
        case .forwarded: "forwarded"
        case .xForwardedFor: "x-forwarded-for"
        case .proxyStatus: "proxy-status"
        case .authorization: "authorization"
        case .wwwAuthenticate: "www-authenticate"
        case .persistentAuth: "persistent-auth"
        case .cookie: "cookie"
        case .setCookie: "set-cookie"
        case .accept: "accept"
        case .acceptLanguage: "accept-language"
        case .contentType: "content-type"
        case .contentEncoding: "content-encoding"
        case .contentRange: "content-range"
        case .referer: "referer"
        case .origin: "origin"
        case .userAgent: "user-agent"
        case .location: "location"
        case .date: "date"
        case .server: "server"
        case .secFetchDest: "sec-fetch-dest"
        case .secFetchMode: "sec-fetch-mode"
        case .secFetchSite: "sec-fetch-site"
        case .secFetchUser: "sec-fetch-user"
        case .secPurpose: "sec-purpose"
        case .range: "range"
        case .secWebSocketKey: "sec-websocket-key"
        case .secWebSocketAccept: "sec-websocket-accept"
        }
    }
}

/// A set of known fields.
struct KnownFieldSet: Sendable, Hashable {
    // Fewer than 64 cases: a test holds that.
    private var bits: UInt64 = 0

    mutating func insert(_ field: KnownField) { bits |= 1 &<< UInt64(field.rawValue) }
    func contains(_ field: KnownField) -> Bool { bits & (1 &<< UInt64(field.rawValue)) != 0 }
    var isEmpty: Bool { bits == 0 }
}
