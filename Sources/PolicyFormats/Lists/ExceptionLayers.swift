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
    /// Names that lead somewhere else (`address=/d/192.0.2.1`): exceptions where a shorter entry would hold for them, else nothing.
    private var mappings: [Name] = []
    /// Entries that may win, by host.
    private var entries: [String: Name] = [:]
    /// Entries for a host that `entries` holds with another kind.
    private var others: [String: [Name]] = [:]
    /// Names that hold for every host that ends so, label edge or not.
    private var endings: Set<String> = []
    private var holdsForAll = false
    /// More are not remembered: exceptions then win over the rest.
    private static let mostEntries = 3_000_000

    init(_ rule: Rule) { self.rule = rule }

    mutating func except(_ name: Name) { exceptions.append(name) }

    /// The name leads somewhere else: that is an exception to the shorter entries which hold for it, and to no others.
    mutating func exceptWhereCovered(_ name: Name) {
        guard mappings.count < ExceptionLayers.mostEntries else { return }
        mappings.append(name)
    }

    mutating func remember(_ name: Name) {
        guard entries.count < ExceptionLayers.mostEntries else { return }
        if let known = entries[name.host], known.kind != name.kind {
            others[name.host, default: []].removeAll { $0.kind == name.kind }
            others[name.host, default: []].append(name)
        } else {
            entries[name.host] = name
        }
    }

    /// An entry holds for every host that ends so.
    mutating func remember(ending: String) { endings.insert(ending) }

    /// An entry holds for every host.
    mutating func rememberAll() { holdsForAll = true }

    private func known(_ host: String) -> [Name] { (entries[host].map { [$0] } ?? []) + (others[host] ?? []) }

    /// The exceptions as entries, and forgets everything.
    mutating func finish() -> [ListEntry] {
        defer { self = ExceptionLayers(rule) }
        var taken: Set<String> = []
        for mapping in mappings where isCovered(mapping) && taken.insert("\(mapping.kind) \(mapping.host)").inserted {
            exceptions.append(mapping)
        }
        guard !exceptions.isEmpty else { return [] }
        // Only names below an exception matter: one pass finds them for all.
        let hosts = Set(exceptions.map(\.host))
        var below: [String: [Name]] = [:]
        for entry in [Array(entries.values), others.values.flatMap(\.self)].joined() {
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

    /// Whether an entry with a shorter name holds for this one, and none for the very same.
    private func isCovered(_ name: Name) -> Bool {
        let same = known(name.host)
        if same.contains(where: { $0.kind == name.kind || name.kind == .site }) { return false }
        if holdsForAll || same.contains(where: { $0.kind == .site }) { return true }
        if ExceptionLayers.parents(of: name.host).contains(where: { known($0).contains { $0.kind != .exact } }) { return true }
        return !endings.isEmpty && name.host.indices.dropFirst().contains { endings.contains(String(name.host[$0...])) }
    }

    /// Whether an entry for the same name or one above it wins.
    private func isOverruled(_ exception: Name) -> Bool {
        if rule == .mostSpecific { return false }
        return ([exception.host] + ExceptionLayers.parents(of: exception.host)).contains { host in
            known(host).contains { entry in
                guard wins(entry, over: exception) else { return false }
                return switch entry.kind {
                case .exact: host == exception.host && exception.kind == .exact
                case .subdomains: host != exception.host || exception.kind == .subdomains
                default: true
                }
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

    /// A name.
    static func expression(for name: ExceptionLayers.Name) -> String { "\(scheme)\(body(name))[:/]" }

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
