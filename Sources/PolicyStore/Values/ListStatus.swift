public import PolicyCore

/// One list of the policy and how it fares.
public struct ListStatus: Sendable, Hashable, Codable, Identifiable {
    public enum State: String, Sendable, Codable {
        /// No first version yet: its categories lack it.
        case missing
        case ready
        /// Being fetched or read; the version before, if there is one, serves.
        case refreshing
        /// The last attempt failed; the version before, if there is one, serves.
        case failed
        /// The new version is so different from the one that serves that somebody has to confirm it.
        case held
    }

    public var name: String
    public var source: String
    public var format: String
    public var state: State
    /// Whether a version serves.
    public var isServing: Bool
    /// Entries in force: those of the members the policy uses.
    public var entries: Int
    /// Lines of the serving version that could not be used.
    public var rejected: Int
    /// Members of a many-category list, sorted; empty for others.
    public var members: [ListMember]
    public var lastAttempt: Instant?
    public var lastSuccess: Instant?
    /// Why the last attempt failed or why a version is held.
    public var error: String?
    /// Seconds between fetches; nil for a path, which is read at start, on reload and on demand.
    public var refreshSeconds: Int?
    public var nextAttempt: Instant?
    /// SHA-256 of the serving version's bytes, hexadecimal.
    public var hash: String?
    /// What the list says about itself, where it does.
    public var title: String?
    public var licence: String?
    /// What should be looked at though nothing failed, such as a fetch without encryption or a member that is not there.
    public var warnings: [String]
    public var required: Bool
    /// Every version that is kept: the one that serves, one that waits for confirmation, those that served before.
    public var versions: [ListVersion] = []
    /// Set where somebody went back to an older version.
    public var rollback: ListRollback?

    public var id: String { name }

    public init(
        name: String, source: String, format: String, state: State, isServing: Bool = false, entries: Int = 0, rejected: Int = 0,
        members: [ListMember] = [], lastAttempt: Instant? = nil, lastSuccess: Instant? = nil, error: String? = nil,
        refreshSeconds: Int? = nil,
        nextAttempt: Instant? = nil, hash: String? = nil, title: String? = nil, licence: String? = nil, warnings: [String] = [],
        required: Bool = false
    ) {
        self.name = name
        self.source = source
        self.format = format
        self.state = state
        self.isServing = isServing
        self.entries = entries
        self.rejected = rejected
        self.members = members
        self.lastAttempt = lastAttempt
        self.lastSuccess = lastSuccess
        self.error = error
        self.refreshSeconds = refreshSeconds
        self.nextAttempt = nextAttempt
        self.hash = hash
        self.title = title
        self.licence = licence
        self.warnings = warnings
        self.required = required
    }
}

/// One member of a many-category list.
public struct ListMember: Sendable, Hashable, Codable {
    /// `gambling`, or `hobby/games` where members lie two levels deep.
    public var name: String
    /// The member it is an alias of.
    public var aliasOf: String?
    /// What the list calls it in English, where it does.
    public var title: String?
    /// True where the list means it to be allowed rather than blocked.
    public var isAllowlist: Bool
    /// Entries of the last reading.
    public var entries: Int

    public init(name: String, aliasOf: String? = nil, title: String? = nil, isAllowlist: Bool = false, entries: Int = 0) {
        self.name = name
        self.aliasOf = aliasOf
        self.title = title
        self.isAllowlist = isAllowlist
        self.entries = entries
    }
}
