public import PolicyCore

/// One version of a list that is kept.
public struct ListVersion: Sendable, Hashable, Codable, Identifiable {
    public enum Role: String, Sendable, Codable {
        case serving
        /// Waits for confirmation.
        case held
        /// Served before: can serve again.
        case kept
    }

    /// The first twelve digits of its hash.
    public var id: String
    public var role: Role
    /// When it was fetched or read.
    public var time: Instant
    /// Entries of the whole version.
    public var entries: Int
    /// Its lines that cannot be used.
    public var rejected = 0
    /// SHA-256 of what was read, hexadecimal.
    public var hash: String

    public init(id: String, role: Role, time: Instant, entries: Int, hash: String) {
        self.id = id
        self.role = role
        self.time = time
        self.entries = entries
        self.hash = hash
    }
}

/// That an older version of a list serves because somebody wants it to. It does until the source offers a version that differs from the one
/// gone back from, or until it is undone.
public struct ListRollback: Sendable, Hashable, Codable {
    /// The version that is not taken again.
    public var from: String
    public var time: Instant
    public var author: String

    public init(from: String, time: Instant, author: String) {
        self.from = from
        self.time = time
        self.author = author
    }
}
