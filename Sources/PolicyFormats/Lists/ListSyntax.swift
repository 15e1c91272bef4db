internal import PatternMatching
public import PolicyCore

/// How the lines of one file of a list are read: a list's format once it is known what the file is.
public enum ListSyntax: String, Sendable, Hashable, Codable, CaseIterable {
    /// One name a line; it includes its subdomains.
    case domains
    /// One name a line; that host alone.
    case exactDomains
    /// `0.0.0.0 name …`: exact names.
    case hosts
    /// `*.d` is d and its subdomains, a bare name that host alone.
    case wildcard
    /// AdBlock rules at host level.
    case adblock
    /// dnsmasq's `address=`, `server=`, `local=`.
    case dnsmasq
    /// unbound's `local-zone:` lines.
    case unbound
    /// A DNS response policy zone.
    case rpz
    /// Squid's `.d` and `d`.
    case dstdomain
    /// e2guardian's site and URL lists.
    case e2guardian
    /// `domains` of a squidGuard member.
    case memberDomains
    /// `urls` of a squidGuard member.
    case memberURLs
    /// `expressions` of a squidGuard member: POSIX.
    case memberExpressions
    /// PCRE2 expressions.
    case expressions
    /// `domains.diff` and `urls.diff` of a squidGuard member.
    case memberDifference
    /// Privoxy's actions.
    case privoxy

    /// The syntax of a plain file of this format; nil where the content decides (`auto`).
    /// - Parameter name: the file's name, which tells the parts of a squidGuard member apart.
    public init?(_ format: ListDeclaration.Format, match: ListDeclaration.Match, fileName name: String) {
        switch format {
        case .auto: return nil
        case .ut1, .squidguard: self = ListSyntax(memberPart: name) ?? .memberDomains
        case .domains: self = match == .exact ? .exactDomains : .domains
        case .hosts: self = .hosts
        case .wildcard: self = .wildcard
        case .adblock: self = .adblock
        case .dnsmasq: self = .dnsmasq
        case .unbound: self = .unbound
        case .rpz: self = .rpz
        case .dstdomain: self = .dstdomain
        case .e2guardian: self = .e2guardian
        case .privoxy: self = .privoxy
        case .urls: self = .memberURLs
        case .expressions: self = .expressions
        case .posixExpressions: self = .memberExpressions
        }
    }

    /// The part of a squidGuard member that a file name stands for; nil for `usage` and everything else.
    public init?(memberPart name: String) {
        switch name {
        case "domains": self = .memberDomains
        case "urls": self = .memberURLs
        case "expressions", "very_restrictive_expression": self = .memberExpressions
        case "domains.diff", "urls.diff": self = .memberDifference
        default: return nil
        }
    }
}

extension ListSyntax {
    /// As a policy's `format:` calls it.
    public var formatName: String {
        switch self {
        case .exactDomains, .memberDomains: ListDeclaration.Format.domains.rawValue
        case .memberURLs: ListDeclaration.Format.urls.rawValue
        case .memberExpressions: ListDeclaration.Format.posixExpressions.rawValue
        case .memberDifference: ListDeclaration.Format.squidguard.rawValue
        case .domains, .hosts, .wildcard, .adblock, .dnsmasq, .unbound, .rpz, .dstdomain, .e2guardian, .privoxy, .expressions: rawValue
        }
    }

    /// Whether what a line means depends on no other line.
    public var isLineByLine: Bool {
        switch self {
        case .domains, .exactDomains, .hosts, .wildcard, .dstdomain, .memberDomains, .memberURLs, .memberExpressions, .expressions: true
        case .adblock, .dnsmasq, .unbound, .rpz, .e2guardian, .memberDifference, .privoxy: false
        }
    }

    /// What a line that is a name and nothing else stands for; nil where such a line is none, or more is to be known of it.
    var bareNameKind: EntryKind? {
        switch self {
        case .domains, .memberDomains: .site
        case .exactDomains, .wildcard, .dstdomain: .exact
        case .hosts, .adblock, .dnsmasq, .unbound, .rpz, .e2guardian, .memberURLs, .memberExpressions, .expressions, .memberDifference,
            .privoxy:
            nil
        }
    }
}
