public import PatternMatching

extension OwnEntry {
    /// The entry the index takes.
    /// - Parameter line: where it stands in the policy.
    public func listEntry(line: Int) -> ListEntry {
        let kind: EntryKind =
            switch key {
            case .sites: .site
            case .urls: .url
            case .expressions: .expression
            }
        return ListEntry(kind: kind, text: text, line: line)
    }
}
