/// Where a rule stands: what `rules[0]` and `groups.kids.rules[1]` say.
struct RulePlace: Sendable, Hashable {
    /// nil: a house rule.
    var group: String?
    var index: Int

    /// nil for grants, defaults and anything else.
    init?(_ path: String) {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last, last.hasPrefix("rules["), last.hasSuffix("]"), let index = Int(last.dropFirst(6).dropLast()),
            index >= 0
        else { return nil }
        self.index = index
        if parts.count == 1 { return }
        guard parts.count == 3, parts[0] == "groups" else { return nil }
        group = String(parts[1])
    }

    /// The group's setting that closed something beside its rules: `groups.kids.safe-search`, `groups.kids.youtube`, `groups.kids.opaque`.
    static func setting(_ path: String) -> (group: String, key: String)? {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] == "groups", ["safe-search", "youtube", "opaque"].contains(parts[2]) else { return nil }
        return (parts[1], parts[2])
    }

    /// The group of `groups.kids.default`.
    static func group(ofDefault path: String) -> String? {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "groups" && parts[2] == "default" ? String(parts[1]) : nil
    }
}
