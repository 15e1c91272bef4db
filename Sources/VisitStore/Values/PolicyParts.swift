/// What the policy in force consists of: what reports set the hits of rules and lists against, so that those without any are told too.
public struct PolicyParts: Sendable, Hashable {
    public struct Rule: Sendable, Hashable {
        /// `groups.kids.rules[1]`
        public var path: String
        /// What it says. Another sentence at the same path is another rule, whose hits begin anew.
        public var sentence: String

        public init(path: String, sentence: String) {
            self.path = path
            self.sentence = sentence
        }
    }

    public var rules: [Rule]
    /// As the policy writes them: `ads`, `ut1/gambling`.
    public var lists: [String]

    public init(rules: [Rule], lists: [String]) {
        self.rules = rules
        self.lists = lists
    }
}
