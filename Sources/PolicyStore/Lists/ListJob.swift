public import PolicyCore
public import PolicyFormats

/// Look a candidate version of a list over, whole, before it may serve.
public struct ListInspectionJob: Sendable, Hashable, Codable {
    public var name: String
    /// File or directory.
    public var path: String
    public var format: ListDeclaration.Format
    public var match: ListDeclaration.Match
    /// The file's name at its source, which can tell what it is.
    public var fileName: String
    /// Members the policy uses; `""` for the whole list.
    public var members: [String]
    public var bounds: ListBounds

    public init(
        name: String, path: String, format: ListDeclaration.Format, match: ListDeclaration.Match, fileName: String, members: [String],
        bounds: ListBounds = ListBounds()
    ) {
        self.name = name
        self.path = path
        self.format = format
        self.match = match
        self.fileName = fileName
        self.members = members
        self.bounds = bounds
    }
}

/// What a version of a list holds.
public struct ListInspection: Sendable, Hashable, Codable {
    /// The syntax found; nil for a source with members.
    public var syntax: ListSyntax?
    /// Entries of the whole list.
    public var entries: Int
    /// Lines that cannot be used, all of them counted.
    public var rejected: Int
    /// The first of them.
    public var rejectedLines: [RejectedLine]
    public var members: [ListMember]
    /// Members the policy uses and the list lacks.
    public var missingMembers: [String]
    public var header: ListHeader
    /// SHA-256 over the names and bytes of what was read, hexadecimal.
    public var hash: String
    /// How many of ``CommonHosts`` the used members match by patterns, top-level domains and address blocks.
    public var commonHosts: Int
    /// Expressions that are in force though something is wrong with them: they backtrack, can never match or match most common sites. At most
    /// ``ListBounds/warnedLines``; nil in what was kept before there were such checks.
    public var warnedLines: [RejectedLine]?
    /// SHA-256 of the file as it lies on the disk, packed or not, hexadecimal: what a version that was stored is held to before it is compiled.
    /// nil for a directory.
    public var fileHash: String?

    /// Entries of the used members, the whole list where it is used as a whole.
    public func entries(of used: some Collection<String>) -> Int {
        if used.contains("") || members.isEmpty { return entries }
        let counts = Dictionary(members.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let folders = Set(used.compactMap { counts[$0].map { $0.aliasOf ?? $0.name } })
        return folders.reduce(0) { $0 &+ (counts[$1]?.entries ?? 0) }
    }
}

/// Compile the lists a policy uses into one image.
public struct ListCompileJob: Sendable, Hashable, Codable {
    public struct List: Sendable, Hashable, Codable {
        public var name: String
        public var path: String
        public var format: ListDeclaration.Format
        public var match: ListDeclaration.Match
        public var fileName: String
        /// Members to compile; `""` for the whole list.
        public var members: [String]
        /// The version's hash: tells whether an image still fits.
        public var hash: String
        /// For a list read where its owner keeps it: e2guardian's includes are followed.
        public var followsIncludes: Bool?
        /// What the file's own SHA-256 is: one with another is not read. nil to read whatever is there.
        public var fileHash: String?

        public init(
            name: String, path: String, format: ListDeclaration.Format, match: ListDeclaration.Match, fileName: String, members: [String],
            hash: String
        ) {
            self.name = name
            self.path = path
            self.format = format
            self.match = match
            self.fileName = fileName
            self.members = members
            self.hash = hash
        }
    }

    public var lists: [List]
    /// Where the image is to be; written beside it, synced and renamed.
    public var output: String
    public var bounds: ListBounds
    /// A directory of its own, where what is read of each list is kept for the next time; nil to keep nothing.
    public var runs: String?
    /// The process that waits for the result; nil for the one that compiles. Where it is gone what is kept belongs to its successor.
    public var owner: Int32?

    public init(lists: [List], output: String, bounds: ListBounds = ListBounds(), runs: String? = nil) {
        self.lists = lists
        self.output = output
        self.bounds = bounds
        self.runs = runs
    }
}

/// What was compiled.
public struct ListCompilation: Sendable, Hashable, Codable {
    public struct List: Sendable, Hashable, Codable {
        public var name: String
        public var entries: Int
        public var rejected: Int
        public var rejectedLines: [RejectedLine]
        public var missingMembers: [String]
        /// Why nothing of it was compiled.
        public var error: String?
    }

    public var lists: [List]
    /// Each reference as a policy writes it (`ads`, `ut1/gambling`) and its source's index in the image. Aliases share one.
    public var sources: [String: Int]
    public var imageBytes: Int
}

/// One piece of work on lists, as handed to a child process in a file.
public enum ListJob: Sendable, Hashable, Codable {
    case inspect(ListInspectionJob)
    case compile(ListCompileJob)
    case compare(ListComparisonJob)
    case overlap(ListOverlapJob)
}

/// What came of it.
public enum ListJobResult: Sendable, Hashable, Codable {
    case inspected(ListInspection)
    case compiled(ListCompilation)
    case compared(ListComparison)
    case overlapping(ListOverlap)
    case failed(ListError)
}
