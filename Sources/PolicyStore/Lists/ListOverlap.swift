/// Find out how much the lists in use have in common.
public struct ListOverlapJob: Sendable, Hashable, Codable {
    public var lists: [ListCompileJob.List]
    public var bounds: ListBounds

    public init(lists: [ListCompileJob.List], bounds: ListBounds = ListBounds()) {
        self.lists = lists
        self.bounds = bounds
    }
}

/// What lists, or members of lists, have in common. Exceptions are left out.
public struct ListOverlap: Sendable, Hashable, Codable {
    public struct Part: Sendable, Hashable, Codable {
        /// As a policy writes it: `ads`, `ut1/gambling`.
        public var list: String
        /// Different entries.
        public var entries: Int
    }

    /// Two lists that have something in common; `first` is the one of which the larger share is in the other.
    public struct Pair: Sendable, Hashable, Codable {
        public var first: String
        public var second: String
        /// Entries that stand in both.
        public var same: Int
        /// Entries of the first that are not in the second, but below an entry of it that covers subdomains.
        public var firstCovered: Int
        public var secondCovered: Int
        /// What part of the first does nothing where the second is used too, 0…1.
        public var share: Double
    }

    public var parts: [Part]
    /// The largest shares first, at most a thousand.
    public var pairs: [Pair]

    public init(parts: [Part], pairs: [Pair]) {
        self.parts = parts
        self.pairs = pairs
    }
}
