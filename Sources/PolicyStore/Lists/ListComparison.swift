public import PolicyCore

/// Find out what two versions of a list do not have in common.
public struct ListComparisonJob: Sendable, Hashable, Codable {
    public var old: String
    public var new: String
    public var format: ListDeclaration.Format
    public var match: ListDeclaration.Match
    public var fileName: String
    /// Entries named of each kind; all are counted.
    public var mostNamed: Int
    public var bounds: ListBounds

    public init(
        old: String, new: String, format: ListDeclaration.Format, match: ListDeclaration.Match, fileName: String, mostNamed: Int = 500,
        bounds: ListBounds = ListBounds()
    ) {
        self.old = old
        self.new = new
        self.format = format
        self.match = match
        self.fileName = fileName
        self.mostNamed = mostNamed
        self.bounds = bounds
    }
}

/// What came and what went from one version of a list to the next.
public struct ListComparison: Sendable, Hashable, Codable {
    public var addedCount: Int
    public var removedCount: Int
    /// The first of them, in the order of the list; those of members as `gambling: casino.example`, exceptions with `@@`.
    public var added: [String]
    public var removed: [String]

    public init(addedCount: Int, removedCount: Int, added: [String], removed: [String]) {
        self.addedCount = addedCount
        self.removedCount = removedCount
        self.added = added
        self.removed = removed
    }
}
