/// What an entry matches.
public enum EntryKind: UInt8, Sendable, Hashable, CaseIterable {
    /// The host and every subdomain, at label boundaries; an IP literal is that host alone. A text beginning with `=` or `*.`, or an address
    /// block, is read as POLICY.md's `sites:` reads it.
    case site
    /// That host alone. A leading `=` is allowed.
    case exact
    /// Subdomains alone. A leading `*.` is allowed.
    case subdomains
    /// `host[:port]/path`: host and subdomains, the path from its beginning to a boundary, case-sensitive.
    case url
    /// The same without regard to case.
    case urlCaseless
    /// An address or CIDR block: hosts that are IP literals inside it.
    case prefix
    /// PCRE2, caseless, anywhere in the canonical URL.
    case expression
    /// PCRE2, anywhere in the lower-cased URL without its scheme.
    case expressionHostPath
}

/// One entry of a list or a category.
public struct ListEntry: Sendable, Hashable {
    public var kind: EntryKind
    /// As POLICY.md writes entries.
    public var text: String
    /// What it matches is not in the list (`@@`, `rpz-passthru`).
    public var isException: Bool
    /// Where it stands, from 1.
    public var line: Int

    public init(kind: EntryKind, text: String, isException: Bool = false, line: Int) {
        self.kind = kind
        self.text = text
        self.isException = isException
        self.line = line
    }

    /// Throws what ``MatchIndexBuilder/add(_:to:)`` would throw.
    public func validate() throws(EntryError) {
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "")
        try builder.add(self, to: source)
    }
}

/// Why an entry is not taken.
public enum EntryError: Error, Sendable, Hashable {
    case badHost, badAddress, badPort, badPath
    /// PCRE2's message and the byte offset it names.
    case badExpression(message: String, offset: Int)
    /// Longer than 4 KiB.
    case expressionTooLong
    /// The compiled expressions of one index are limited to 16 MiB.
    case tooManyExpressions
    /// The index is at its limits: 4 GiB, 65,535 sources.
    case full
}

extension EntryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badHost: "not a host name"
        case .badAddress: "not an IP address or address block"
        case .badPort: "not a port"
        case .badPath: "not a path: spaces, control characters and backslashes cannot stand in it"
        case .badExpression(let message, let offset): "the expression does not compile: \(message) (at byte \(offset))"
        case .expressionTooLong: "the expression is longer than 4096 bytes"
        case .tooManyExpressions: "too many expressions: compiled they take over 16 MiB"
        case .full: "too many entries"
        }
    }
}
