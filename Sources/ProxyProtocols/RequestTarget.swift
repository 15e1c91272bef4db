public import PatternMatching

/// What a request line asks for (RFC 9112, 3.2).
public enum RequestTarget: Sendable, Hashable {
    /// `http://host[:port][/path][?query]`; `path` is where path and query stand in the head's bytes as sent, possibly empty.
    case absolute(RequestURL, path: Range<Int>)
    /// CONNECT's `host:port`.
    case authority(RequestURL)
    /// `/path[?query]`, for Weir's own listeners only.
    case origin(path: Range<Int>)
    /// `OPTIONS *`: meant for Weir itself.
    case asterisk

    /// The URL to judge, where there is one.
    public var url: RequestURL? {
        switch self {
        case .absolute(let url, _), .authority(let url): url
        case .origin, .asterisk: nil
        }
    }
}

/// Which targets a listener takes.
public enum TargetRule: Sendable, Hashable {
    /// The proxy port: absolute-form with `http`, authority-form for CONNECT, `OPTIONS *`.
    case proxy
    /// A plain listener of our own: origin-form too, no CONNECT.
    case origin
}
