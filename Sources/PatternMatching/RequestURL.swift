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

extension RequestURL {
    /// Reads an absolute URL (`http`, `https`, `ws`, `wss`; the last two are kept as their own schemes with the same default ports).
    /// - Parameter text: at most 1 MiB; bytes as they came, in any encoding.
    public init(_ text: some Collection<UInt8>) throws(RequestURLError) { throw .noScheme }

    /// What a CONNECT asks for: judged as `https://host[:port]/`.
    /// - Parameter authority: `host:port`, the host as sent (IPv6 in brackets).
    public init(connect authority: some Collection<UInt8>) throws(RequestURLError) { throw .noHost }

    public var text: String { String(decoding: bytes, as: UTF8.self) }
    /// Canonical host, without brackets.
    public var host: String { "" }
    public var scheme: String { "" }
    /// Canonical path and query.
    public var pathAndQuery: String { "" }
    /// The registrable domain (public suffix list), the host itself where there is none, the address for IP literals.
    public var site: String { "" }
}
