public import PolicyCore

/// How recording goes.
public struct VisitStoreStatus: Sendable, Hashable {
    public enum Recording: String, Sendable, Codable {
        case ok, stopped
    }

    public var recording: Recording
    /// Visits in the database.
    public var stored: UInt64
    /// Visits begun that are in the journal and not yet in the database.
    public var journal: UInt64
    /// Visits known to have been lost, by gaps in their numbers, and those served without a record while the disk was full.
    public var missing: UInt64
    /// Requests answered 503 since start because recording had stopped.
    public var refused: UInt64
    /// Clients since start that left before their request's head was complete.
    public var unread: UInt64
    /// A database set aside as damaged: its new path.
    public var setAside: String?
    /// The last error of journal or database, while it lasts.
    public var error: String?
    /// Bytes of the database, its write-ahead log and the journal.
    public var databaseBytes: UInt64
    public var journalBytes: UInt64
    /// True while roll-ups are being rebuilt.
    public var isRebuilding: Bool

    public init(
        recording: Recording, stored: UInt64 = 0, journal: UInt64 = 0, missing: UInt64 = 0, refused: UInt64 = 0, unread: UInt64 = 0,
        setAside: String? = nil, error: String? = nil, databaseBytes: UInt64 = 0, journalBytes: UInt64 = 0, isRebuilding: Bool = false
    ) {
        self.recording = recording
        self.stored = stored
        self.journal = journal
        self.missing = missing
        self.refused = refused
        self.unread = unread
        self.setAside = setAside
        self.error = error
        self.databaseBytes = databaseBytes
        self.journalBytes = journalBytes
        self.isRebuilding = isRebuilding
    }
}

/// A device or person seen at the proxy.
public struct DeviceSeen: Sendable, Hashable {
    public var client: String
    /// As last seen.
    public var group: String?
    public var address: String?
    public var user: String?
    public var userAgent: String?
    public var firstSeen: Instant
    public var lastSeen: Instant
}

/// Whether everything between two moments was recorded.
public struct Coverage: Sendable, Hashable {
    /// A span in which visits were lost.
    public struct Gap: Sendable, Hashable {
        public var from: Instant
        public var to: Instant
        /// How many; nil where that cannot be known (power loss, a damaged database set aside).
        public var missing: UInt64?
        /// `unwritten` (disk full), `journal` (a damaged journal), `power-loss`, `set-aside`, `restored` (recorded after the
        /// backup that was put back).
        public var cause: String
    }

    public var gaps: [Gap]
    public var isComplete: Bool { gaps.isEmpty }
    /// Visits known to be missing.
    public var missing: UInt64 { gaps.reduce(0) { $0 &+ ($1.missing ?? 0) } }
}

/// What can go wrong with the store, said for people.
public enum VisitStoreError: Error, Sendable, CustomStringConvertible {
    /// The directory or a file in it cannot be used: path and reason.
    case file(String, String)
    /// Another process has the store open.
    case inUse(String)
    /// A query took longer than it may.
    case deadline
    /// The database was written by a newer Weir.
    case tooNew(String)
    case database(String)
    case closed
    /// A backup cannot be restored: why.
    case badBackup(String)

    public var description: String {
        switch self {
        case .file(let path, let reason): "\(path): \(reason)"
        case .inUse(let path): "\(path): another process is recording here"
        case .deadline: "the query took too long and was stopped; ask for a shorter span or fewer filters"
        case .tooNew(let path): "\(path): written by a newer Weir"
        case .database(let message): "visits database: \(message)"
        case .closed: "the visit store is closed"
        case .badBackup(let reason): "the backup's database cannot be used: \(reason)"
        }
    }
}
