/// A policy for people to read: what each part says, in plain sentences.
public struct PolicySummary: Sendable, Hashable {
    public struct Rule: Sendable, Hashable {
        /// `groups.kids.rules[1]`
        public var path: String
        public var verb: RuleDeclaration.Verb
        public var sentence: String
        public var reason: String?
    }

    public struct Group: Sendable, Hashable {
        public var name: String
        public var note: String?
        public var inherit: String?
        /// Names of clients that belong to it, then users, then addresses.
        public var members: [String]
        /// Its own rules.
        public var rules: [Rule]
        /// Every rule in the order tried: house rules, its own, those it inherits.
        public var effectiveRules: [Rule]
        public var defaultVerdict: Verdict
        public var settings: GroupSettings
    }

    public struct Client: Sendable, Hashable {
        public var name: String
        public var group: String?
        public var addresses: [String]
        public var macs: [String]
        public var users: [String]
        public var note: String?
    }

    public struct Category: Sendable, Hashable {
        public var name: String
        public var title: String
        public var note: String?
        public var ownEntries: Int
        /// As written: `ut1/gambling`.
        public var lists: [String]
        /// Paths of the rules that name it.
        public var rules: [String]
    }

    public struct Schedule: Sendable, Hashable {
        public var name: String
        public var sentence: String
        public var timezone: String
        public var rules: [String]
    }

    public var timezone: String?
    public var houseRules: [Rule]
    public var groups: [Group]
    public var clients: [Client]
    public var categories: [Category]
    public var schedules: [Schedule]
}
