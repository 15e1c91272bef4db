import PolicyCore

extension PolicyDocument {
    /// What a group does with what no rule decides, inheritance followed.
    func effectiveDefault(of name: String) -> Verdict {
        var seen: Set<String> = []
        var next = group(name)
        while let current = next, seen.insert(current.name).inserted {
            if let verdict = current.defaultVerdict { return verdict }
            next = current.inherit.flatMap { group($0) }
        }
        return .allow
    }
}
