/// A verdict explained: the fields of `weir explain --batch`, in their order, and how the client was recognised.
public struct Explanation: Sendable, Hashable {
    /// The entry that put the request under the deciding rule. `list` is nil for entries written in the policy itself, whose line is the
    /// policy's, and for a grant's, which stands in no line.
    public struct Evidence: Sendable, Hashable, Codable {
        public var list: String?
        public var entry: String
        public var line: Int?
        /// The file the line is of, where a list leads to others and it is one of these; nil, and not among the fields, else.
        public var file: String?

        /// Where it stands: `ads, sites.txt line 3`; `line 7` of the policy; `a grant`.
        public var place: String {
            guard let line else { return "a grant" }
            return "\(list.map { "\($0), " } ?? "")\(file.map { "\($0) " } ?? "")line \(line)"
        }

        public init(list: String?, entry: String, line: Int?, file: String? = nil) {
            self.list = list
            self.entry = entry
            self.line = line
            self.file = file
        }
    }

    public var verdict: Verdict
    public var rule: String
    /// nil where nothing at all is known of who asks.
    public var client: String?
    public var group: String
    public var category: String?
    /// Every category the request is in, in the document's order.
    public var categories: [String]
    public var evidence: Evidence?
    public var schedule: String?
    /// RFC 3339 on the policy's wall clock.
    public var until: String?
    public var reason: String?
    /// How an allowed request is kept to the restricted form of its service; nil, and not among a batch's fields, where it is not.
    public var restriction: ServiceRestriction?
    /// How the client was recognised; not among the fields of a batch.
    public var recognised: Recognition
    /// The moment `until` tells.
    public var untilInstant: Instant?
    /// A required list that is missing decides: the proxy answers 503.
    public var missingList: String?
}

extension Explanation: Codable {
    private enum CodingKeys: String, CodingKey {
        case verdict, rule, client, group, category, categories, evidence, schedule, until, reason, restriction
    }

    /// Absent values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(rule, forKey: .rule)
        try container.encode(client, forKey: .client)
        try container.encode(group, forKey: .group)
        try container.encode(category, forKey: .category)
        try container.encode(categories, forKey: .categories)
        try container.encode(evidence, forKey: .evidence)
        try container.encode(schedule, forKey: .schedule)
        try container.encode(until, forKey: .until)
        try container.encode(reason, forKey: .reason)
        try container.encodeIfPresent(restriction, forKey: .restriction)
    }

    /// What is not among the fields is not known afterwards.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        verdict = try container.decode(Verdict.self, forKey: .verdict)
        rule = try container.decode(String.self, forKey: .rule)
        client = try container.decodeIfPresent(String.self, forKey: .client)
        group = try container.decode(String.self, forKey: .group)
        category = try container.decodeIfPresent(String.self, forKey: .category)
        categories = try container.decode([String].self, forKey: .categories)
        evidence = try container.decodeIfPresent(Evidence.self, forKey: .evidence)
        schedule = try container.decodeIfPresent(String.self, forKey: .schedule)
        until = try container.decodeIfPresent(String.self, forKey: .until)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        restriction = try container.decodeIfPresent(ServiceRestriction.self, forKey: .restriction)
        recognised = .none
        untilInstant = until.flatMap { Instant(rfc3339: $0) }
    }
}
