internal import PolicyCore

extension ListSet {
    /// What of these lists another document may use: the lists it declares as the running one does.
    ///
    /// There is one version of each list, today's; what another document wants of members nobody compiled is missing.
    /// - Parameter running: the document they were compiled for.
    func fitting(_ document: PolicyDocument, compiledFor running: PolicyDocument) -> ListSet {
        let known = Dictionary(running.lists.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let same = Set(document.lists.filter { list in known[list.name].map { $0.reads(as: list) } ?? false }.map(\.name))
        let kept = sources.filter { same.contains($0.key.split(separator: "/").first.map(String.init) ?? $0.key) }
        let lacking = document.usedMembers.filter { name, members in
            members.contains { kept[$0.isEmpty ? name : "\(name)/\($0)"] == nil }
        }
        let named = Set(document.lists.map(\.name))
        return ListSet(index: index, sources: kept, missing: missing.intersection(named).union(lacking.keys), parts: parts)
    }
}

extension ListDeclaration {
    /// Whether another declaration gives the same entries.
    func reads(as other: ListDeclaration) -> Bool { source == other.source && format == other.format && match == other.match }
}
