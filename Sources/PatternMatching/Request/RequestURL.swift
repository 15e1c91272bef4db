/// A URL in canonical form (POLICY.md, "What is asked for"), with the form as sent where that differs.
///
/// The bytes are `scheme://host[:port]/path[?query]`: scheme and host in lower case, IDN as punycode, IP literals in normal form (IPv6 in
/// brackets), no default port, no user info, no fragment; never anything outside ASCII.
public struct RequestURL: Sendable, Hashable {
    /// The canonical URL.
    public internal(set) var bytes: [UInt8]
    /// Where the host stands in `bytes`, brackets of an IPv6 literal included.
    public internal(set) var hostRange: Range<Int>
    /// Where the path begins in `bytes` (its `/`); it and the query run to the end.
    public internal(set) var pathStart: Int
    /// The port, the scheme's default where none was written.
    public internal(set) var port: UInt16
    /// The host where it is an IP literal.
    public internal(set) var address: IPAddress?
    /// Canonical scheme, host and port, then path and query byte for byte; nil where that is the same as `bytes`.
    public internal(set) var sent: [UInt8]?
    /// True for a CONNECT or a TLS name: what comes after the host is not known.
    public internal(set) var isTunnel: Bool
}

/// Why a URL cannot be judged.
public enum RequestURLError: Error, Sendable, Hashable {
    case noScheme, schemeNotSupported, noHost, badHost, badAddress, badPort, backslash, tooLong, control
}

extension RequestURLError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noScheme: "not an absolute URL"
        case .schemeNotSupported: "the scheme is not http, https, ws or wss"
        case .noHost: "no host"
        case .badHost: "not a host name"
        case .badAddress: "not an IP address, though it looks like one"
        case .badPort: "not a port"
        case .backslash: "a backslash before the query"
        case .tooLong: "longer than 1 MiB"
        case .control: "a space or control character"
        }
    }
}

// MARK: - Parts

extension RequestURL {
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Canonical host, without brackets.
    public var host: String {
        let range = bytes[hostRange]
        guard range.first == UInt8(ascii: "[") else { return String(decoding: range, as: UTF8.self) }
        return String(decoding: range.dropFirst().dropLast(), as: UTF8.self)
    }

    public var scheme: String { String(decoding: bytes[..<max(0, hostRange.lowerBound - 3)], as: UTF8.self) }

    /// Canonical path and query.
    public var pathAndQuery: String { String(decoding: bytes[pathStart...], as: UTF8.self) }

    /// The registrable domain (public suffix list), the host itself where there is none, the address for IP literals.
    public var site: String {
        let host = host
        guard address == nil else { return host }
        return PublicSuffix.registrable(host) ?? host
    }

    /// What a CONNECT to the same host and port asks for: `https://host[:port]/`, nothing known of what is inside.
    public var asTunnel: RequestURL { RequestURL(tunnelTo: bytes[hostRange], address: address, port: port) }
}
