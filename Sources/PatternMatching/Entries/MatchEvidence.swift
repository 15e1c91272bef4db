/// Which entry of a source matched.
public struct MatchEvidence: Sendable, Hashable {
    /// As its source writes it.
    public var entry: String
    /// From 1.
    public var line: Int
    public var kind: EntryKind

    public init(entry: String, line: Int, kind: EntryKind) {
        self.entry = entry
        self.line = line
        self.kind = kind
    }
}
