import PolicyCore

extension PolicyAdvice {
    /// Searches that `safe-search` leaves open inside tunnels and no rule of the group closes.
    static func openSearches(of group: GroupDeclaration, _ document: PolicyDocument) -> [Warning] {
        guard group.safeSearch == true, let place = group.safeSearchPlace else { return [] }
        let line = ancestry(of: group, document)
        if line.lazy.compactMap(\.defaultVerdict).first == .block { return [] }
        let rules = document.rules + line.flatMap(\.rules)
        let open = GroupSettings.searchesOpenInTunnels.filter { host in !rules.contains { closes($0, host, for: group.name, document) } }
        guard !open.isEmpty else { return [] }
        return [
            (
                place,
                "safe-search cannot restrict \(open.joined(separator: ", ")) over HTTPS, for want of a restricted address: block them where that matters"
            )
        ]
    }

    /// The group, then whom it inherits, nearest first.
    private static func ancestry(of group: GroupDeclaration, _ document: PolicyDocument) -> [GroupDeclaration] {
        var line = [group]
        while let name = line.last?.inherit, !line.contains(where: { $0.name == name }),
            let next = document.groups.first(where: { $0.name == name })
        { line.append(next) }
        return line
    }

    /// Whether the rule blocks the host and all below it at all times for everybody in the group.
    private static func closes(_ rule: RuleDeclaration, _ host: String, for group: String, _ document: PolicyDocument) -> Bool {
        guard rule.verb == .block, rule.except.isEmpty, rule.during.isEmpty, rule.exceptDuring.isEmpty else { return false }
        guard rule.only.isEmpty || rule.only.contains(where: { $0.name == group }) else { return false }
        return rule.targets.contains { placed in
            switch placed.target {
            case .all: true
            case .site(let entry): holds(entry, host)
            case .category(let name):
                document.categories.contains { category in
                    category.name == name && category.includes.entries.contains { $0.key == .sites && holds($0.text, host) }
                }
            default: false
            }
        }
    }

    private static func holds(_ site: String, _ host: String) -> Bool { host == site || host.hasSuffix("." + site) }
}
