internal import PatternMatching

/// Exceptions of a list whose program lets some entries win over them: the most specific name (dnsmasq, RPZ, unbound), the last one (Privoxy),
/// the important one (AdBlock).
///
/// An index knows exceptions that win over every entry of their list. Such a program's exceptions are kept until the list has ended and then
/// taken without the names that win over them; those are remembered as text, the others not at all.
struct ExceptionLayers {
    struct Name {
        /// In canonical form.
        var host: String
        /// `.exact`, `.site` or `.subdomains`.
        var kind: EntryKind
        var line: Int
        /// A decision of the same name that comes later wins (Privoxy).
        var order = 0
    }

    /// Which entries win over an exception.
    enum Rule {
        /// Those with a longer name.
        case mostSpecific
        /// Those that come later.
        case last
        /// All that were remembered.
        case every
    }

    private let rule: Rule
    private var exceptions: [Name] = []
    /// Entries that may win, by host.
    private var entries: [String: Name] = [:]
    /// More are not remembered: exceptions then win over the rest.
    private static let mostEntries = 3_000_000

    init(_ rule: Rule) { self.rule = rule }

    mutating func except(_ name: Name) { exceptions.append(name) }

    mutating func remember(_ name: Name) {
        guard entries.count < ExceptionLayers.mostEntries else { return }
        entries[name.host] = name
    }

    /// The exceptions as entries, and forgets everything.
    mutating func finish() -> [ListEntry] {
        defer { self = ExceptionLayers(rule) }
        guard !exceptions.isEmpty else { return [] }
        // Only names below an exception matter: one pass finds them for all.
        let hosts = Set(exceptions.map(\.host))
        var below: [String: [Name]] = [:]
        for entry in entries.values {
            for parent in ExceptionLayers.parents(of: entry.host) where hosts.contains(parent) { below[parent, default: []].append(entry) }
        }
        return exceptions.compactMap { exception in
            if isOverruled(exception) { return nil }
            let winners = (below[exception.host] ?? []).filter { wins($0, over: exception) }
            guard !winners.isEmpty, exception.kind != .exact else {
                return ListEntry(kind: exception.kind, text: exception.host, isException: true, line: exception.line)
            }
            let text = HostPattern.expression(for: exception, without: winners.sorted { $0.host < $1.host })
            return ListEntry(kind: .expression, text: text, isException: true, line: exception.line)
        }
    }

    /// Whether an entry for the same name or one above it wins.
    private func isOverruled(_ exception: Name) -> Bool {
        if rule == .mostSpecific { return false }
        return ([exception.host] + ExceptionLayers.parents(of: exception.host)).contains { host in
            guard let entry = entries[host], wins(entry, over: exception) else { return false }
            switch entry.kind {
            case .exact: return host == exception.host && exception.kind == .exact
            case .subdomains: return host != exception.host || exception.kind == .subdomains
            default: return true
            }
        }
    }

    private func wins(_ entry: Name, over exception: Name) -> Bool {
        switch rule {
        case .mostSpecific: entry.host.utf8.count > exception.host.utf8.count
        case .last: entry.order > exception.order
        case .every: true
        }
    }

    /// The names above one, the nearest first.
    private static func parents(of host: String) -> [String] {
        var parents: [String] = []
        var rest = host[...]
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            parents.append(String(rest))
        }
        return parents
    }
}

/// Expressions for sets of hosts that entries cannot say: found in the canonical URLs of these hosts and of no others.
enum HostPattern {
    static let scheme = "^[a-z]+://"

    /// A name, without other names below it.
    static func expression(for name: ExceptionLayers.Name, without others: [ExceptionLayers.Name]) -> String {
        let below = others.map(body).joined(separator: "|")
        return "\(scheme)(?!(?:\(below))[:/])\(body(name))[:/]"
    }

    /// The host alone, its subdomains alone, or both.
    private static func body(_ name: ExceptionLayers.Name) -> String {
        let host = escaped(name.host)
        switch name.kind {
        case .exact: return host
        case .subdomains: return "[^/:]+\\.\(host)"
        default: return "(?:[^/:]*\\.)?\(host)"
        }
    }

    /// A name's text with what expressions read otherwise escaped.
    static func escaped(_ host: some StringProtocol) -> String {
        host.reduce(into: "") { text, character in
            if !character.isLetter, !character.isNumber, character != "-", character != "_" { text.append("\\") }
            text.append(character)
        }
    }
}
