import PolicyCore

extension PolicyDocument {
    /// The rule a path such as `rules[1]` or `groups.kids.rules[0]` names.
    func rule(at path: String) -> RuleDeclaration? {
        guard path.hasSuffix("]"), let open = path.lastIndex(of: "["), let index = Int(path[path.index(after: open)...].dropLast()) else {
            return nil
        }
        let rules: [RuleDeclaration]?
        let holder = path[..<open]
        if holder == "rules" {
            rules = self.rules
        } else {
            let parts = holder.split(separator: ".")
            guard parts.count == 3, parts[0] == "groups", parts[2] == "rules" else { return nil }
            rules = groups.first { $0.name == parts[1] }?.rules
        }
        guard let rules, rules.indices.contains(index) else { return nil }
        return rules[index]
    }

    /// Paths of all rules that are limits.
    var limitRules: Set<String> {
        let house = rules.indices.filter { rules[$0].verb == .limit }.map { "rules[\($0)]" }
        return groups.reduce(into: Set(house)) { all, group in
            for (index, rule) in group.rules.enumerated() where rule.verb == .limit { all.insert("groups.\(group.name).rules[\(index)]") }
        }
    }

    func group(_ name: String) -> GroupDeclaration? { groups.first { $0.name == name } }
    func client(_ name: String) -> ClientDeclaration? { clients.first { $0.name == name } }
    func category(_ name: String) -> CategoryDeclaration? { categories.first { $0.name == name } }

    /// Every rule that holds in a group, in the order tried: house rules, its own, those it inherits.
    func rules(for group: String) -> [(path: String, rule: RuleDeclaration)] {
        var out = rules.enumerated().map { (path: "rules[\($0.offset)]", rule: $0.element) }
        var seen: Set<String> = []
        var next = self.group(group)
        while let current = next, seen.insert(current.name).inserted {
            out += current.rules.enumerated().map { (path: "groups.\(current.name).rules[\($0.offset)]", rule: $0.element) }
            next = current.inherit.flatMap { self.group($0) }
        }
        return out
    }
}
