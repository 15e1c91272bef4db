/// A policy as it is written (POLICY.md): values in the order of the text, names not yet resolved.
///
/// A document that ``PolicySnapshot/compile(_:generation:lists:zones:grants:)`` accepts names only what exists; readers report the rest
/// with line and column.
public struct PolicyDocument: Sendable, Hashable {
    /// The IANA zone of schedules and budgets; nil for the machine's own.
    public var timezone: String?
    public var clients: [ClientDeclaration]
    public var groups: [GroupDeclaration]
    /// House rules: before every group's own.
    public var rules: [RuleDeclaration]
    public var schedules: [ScheduleDeclaration]
    public var lists: [ListDeclaration]
    public var categories: [CategoryDeclaration]

    public init(
        timezone: String? = nil, clients: [ClientDeclaration] = [], groups: [GroupDeclaration] = [], rules: [RuleDeclaration] = [],
        schedules: [ScheduleDeclaration] = [], lists: [ListDeclaration] = [], categories: [CategoryDeclaration] = []
    ) {
        self.timezone = timezone
        self.clients = clients
        self.groups = groups
        self.rules = rules
        self.schedules = schedules
        self.lists = lists
        self.categories = categories
    }

    /// Every list the document declares, by name.
    public var listReferences: [String: ListDeclaration] {
        Dictionary(lists.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What categories take from each list: member names, `""` where the whole list is meant. Lists no category uses are absent.
    public var usedMembers: [String: Set<String>] {
        var used: [String: Set<String>] = [:]
        for category in categories {
            for reference in category.includes.lists + category.excepts.lists {
                used[reference.list, default: []].insert(reference.member)
            }
        }
        return used
    }
}
