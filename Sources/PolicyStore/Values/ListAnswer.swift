internal import PolicyCore

/// A list as programs are told of it: by `weir lists … --json` and by the API. Absent values are null, so that every key is there.
public struct ListAnswer: Sendable, Codable {
    public struct Version: Sendable, Codable {
        public var id: String
        public var role: String
        public var time: String
        public var entries: Int
        public var rejected: Int
    }

    public struct Rollback: Sendable, Codable {
        public var from: String
        public var time: String
        public var author: String
    }

    /// Visits that one of its entries decided in the last thirty days.
    public struct Hits: Sendable, Codable {
        public var visits: Int64
        public var blocked: Int64
        /// A local day; null for no hit.
        public var last: String?

        public init(visits: Int64, blocked: Int64, last: String?) {
            self.visits = visits
            self.blocked = blocked
            self.last = last
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(visits, forKey: .visits)
            try container.encode(blocked, forKey: .blocked)
            try container.encode(last, forKey: .last)
        }
    }

    public var name: String
    public var source: String
    public var format: String
    public var state: String
    public var serving: Bool
    public var entries: Int
    public var rejected: Int
    public var lastAttempt: String?
    public var lastSuccess: String?
    public var next: String?
    public var error: String?
    public var warnings: [String]
    public var hash: String?
    public var versions: [Version]
    public var rollback: Rollback?
    /// null where nobody looked.
    public var hits: Hits?

    public init(_ list: ListStatus) {
        name = list.name
        source = list.source
        format = list.format
        state = list.state.rawValue
        serving = list.isServing
        entries = list.entries
        rejected = list.rejected
        lastAttempt = list.lastAttempt.map(ListAnswer.text)
        lastSuccess = list.lastSuccess.map(ListAnswer.text)
        next = list.nextAttempt.map(ListAnswer.text)
        error = list.error
        warnings = list.warnings
        hash = list.hash
        versions = list.versions.map {
            Version(id: $0.id, role: $0.role.rawValue, time: ListAnswer.text($0.time), entries: $0.entries, rejected: $0.rejected)
        }
        rollback = list.rollback.map { Rollback(from: $0.from, time: ListAnswer.text($0.time), author: $0.author) }
    }

    private static func text(_ instant: Instant) -> String { instant.rfc3339(in: .utc, fraction: true).replacing("+00:00", with: "Z") }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(source, forKey: .source)
        try container.encode(format, forKey: .format)
        try container.encode(state, forKey: .state)
        try container.encode(serving, forKey: .serving)
        try container.encode(entries, forKey: .entries)
        try container.encode(rejected, forKey: .rejected)
        try container.encode(lastAttempt, forKey: .lastAttempt)
        try container.encode(lastSuccess, forKey: .lastSuccess)
        try container.encode(next, forKey: .next)
        try container.encode(error, forKey: .error)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(hash, forKey: .hash)
        try container.encode(versions, forKey: .versions)
        try container.encode(rollback, forKey: .rollback)
        try container.encode(hits, forKey: .hits)
    }
}
