public import PolicyCore

/// What runs, where it comes from, and what keeps a newer text from running.
public struct PolicyStatus: Sendable, Hashable, Codable {
    public enum Source: Sendable, Hashable, Codable {
        /// The policy is this file; the browser shows it read-only.
        case file(path: String)
        /// The policy is a revision of the database; nil before the first one.
        case database(revision: Int64?)
    }

    /// Grows with every published policy, list or grant change, also across restarts.
    public var generation: UInt64
    public var source: Source
    /// When the running text was loaded or saved.
    public var since: Instant
    /// `file:line:column: message` for each error of a changed file that could not be loaded, and what else is wrong with the policy; empty when
    /// all is well.
    public var errors: [String]
    /// The running text's warnings, in the same form.
    public var warnings: [String]
    /// Lists the policy uses that have no first version yet: their categories lack them.
    public var missingLists: [String]

    public var isReadOnly: Bool {
        if case .file = source { return true }
        return false
    }

    public init(generation: UInt64, source: Source, since: Instant, errors: [String], warnings: [String], missingLists: [String]) {
        self.generation = generation
        self.source = source
        self.since = since
        self.errors = errors
        self.warnings = warnings
        self.missingLists = missingLists
    }
}
