import PolicyStore

/// What a list's last version changed, as `weir lists diff --json` writes it.
struct ListDifference: Codable {
    var name: String
    /// True where the newer version waits for confirmation and does not serve yet.
    var pending: Bool
    var added: Int
    var removed: Int
    /// The first of them, in the order of the list.
    var addedEntries: [String]
    var removedEntries: [String]

    init(name: String, pending: Bool, _ comparison: ListComparison) {
        self.name = name
        self.pending = pending
        added = comparison.addedCount
        removed = comparison.removedCount
        addedEntries = comparison.added
        removedEntries = comparison.removed
    }

    /// The same for people.
    var lines: [String] {
        ["\(name): \(added) added, \(removed) removed\(pending ? "; waits for confirmation" : "")"]
            + Self.named(removedEntries, of: removed, sign: "-") + Self.named(addedEntries, of: added, sign: "+")
    }

    private static func named(_ entries: [String], of count: Int, sign: String) -> [String] {
        entries.map { "\(sign) \($0)" } + (count > entries.count ? ["\(sign) and \(count - entries.count) more"] : [])
    }
}
