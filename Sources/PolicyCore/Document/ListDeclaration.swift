/// A subscription to a list.
public struct ListDeclaration: Sendable, Hashable {
    /// What a list's bytes mean.
    public enum Format: String, Sendable, Codable, CaseIterable {
        case auto, ut1, squidguard, domains, hosts, wildcard, adblock, dnsmasq, unbound, rpz, dstdomain, e2guardian, privoxy, urls
        case expressions
        case posixExpressions = "posix-expressions"

        /// Whether a list of this format may hold members (`ut1/gambling`).
        public var mayHaveMembers: Bool { self == .auto || self == .ut1 || self == .squidguard }
    }

    /// What a bare name in a `domains` list covers.
    public enum Match: String, Sendable, Codable, CaseIterable {
        case subdomains, exact
    }

    public var name: String
    public var place: SourcePlace
    /// An `https:` or `http:` URL, or a path.
    public var source: String
    public var format: Format
    /// Minutes between fetches; nil where not written.
    public var refreshMinutes: Int?
    public var match: Match
    /// True: while it is missing, what it would decide is answered 503.
    public var isRequired: Bool
    public var note: String?
    /// SHA-256 of the file fetched or read, 64 hexadecimal digits in lower case: no other is taken. nil where not written.
    public var sha256: String?

    public init(
        name: String, place: SourcePlace = .start, source: String, format: Format = .auto, refreshMinutes: Int? = nil,
        match: Match = .subdomains, isRequired: Bool = false, note: String? = nil
    ) {
        self.name = name
        self.place = place
        self.source = source
        self.format = format
        self.refreshMinutes = refreshMinutes
        self.match = match
        self.isRequired = isRequired
        self.note = note
    }

    /// Whether the source is fetched over the network.
    public var isRemote: Bool {
        let lower = source.lowercased()
        return lower.hasPrefix("https://") || lower.hasPrefix("http://")
    }
}
