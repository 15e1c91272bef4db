import PatternMatching
import Synchronization

/// Everything of a snapshot that grants do not touch.
final class CompiledPolicy: Sendable {
    let zone: ZoneTable
    let groups: [CompiledGroup]
    /// Index of group `default`.
    let defaultGroup: Int
    let clientNames: [String]
    /// Each client entry's own group, where it names one.
    let clientGroups: [Int?]
    let directory: Directory
    let schedules: ScheduleTable
    /// Those a rule names, for the next change.
    let scheduledByRules: [Int]
    let categories: [CompiledCategory]
    let categoryIndexes: [String: Int]
    /// Categories' own entries and targets written in place.
    let own: MatchIndex?
    let lists: ListSet
    /// What a rule's budget is, by the rule's path.
    let budgets: [String: BudgetAmount]
    /// ``PolicySnapshot/summary`` once it was asked for.
    let summary = Mutex<PolicySummary?>(nil)

    init(
        zone: ZoneTable, groups: [CompiledGroup], defaultGroup: Int, clientNames: [String], clientGroups: [Int?], directory: Directory,
        schedules: ScheduleTable, scheduledByRules: [Int], categories: [CompiledCategory], categoryIndexes: [String: Int],
        own: MatchIndex?, lists: ListSet
    ) {
        self.zone = zone
        self.groups = groups
        self.defaultGroup = defaultGroup
        self.clientNames = clientNames
        self.clientGroups = clientGroups
        self.directory = directory
        self.schedules = schedules
        self.scheduledByRules = scheduledByRules
        self.categories = categories
        self.categoryIndexes = categoryIndexes
        self.own = own
        self.lists = lists
        var budgets: [String: BudgetAmount] = [:]
        for rule in groups.lazy.flatMap(\.rules) { if let budget = rule.budget { budgets[rule.path] = budget } }
        self.budgets = budgets
    }
}

/// A group with its rules in the order they are tried: house rules, its own, those it inherits.
///
/// A class, like all that deciding walks over: one reference count to touch instead of one for every field.
final class CompiledGroup: Sendable {
    let name: String
    let rules: [CompiledRule]
    let gates: RuleGates
    /// Where among `rules` the house rules marked `final` stand.
    let finalRules: [Int]
    let defaultVerdict: Verdict
    /// `groups.base.default`: where it is written, the group's own where it is not.
    let defaultPath: String
    let settings: GroupSettings

    init(name: String, rules: [CompiledRule], defaultVerdict: Verdict, defaultPath: String, settings: GroupSettings) {
        self.name = name
        self.rules = rules
        gates = RuleGates(rules)
        finalRules = rules.indices.filter { rules[$0].isFinal }
        self.defaultVerdict = defaultVerdict
        self.defaultPath = defaultPath
        self.settings = settings
    }
}

/// Who is known by what.
struct Directory: Sendable {
    var clientUsers: [String: Int] = [:]
    /// By the 48 bits, marked 1.
    var clientMACs = FlatTable()
    var clientPrefixes = PrefixTable()
    var groupUsers: [String: Int] = [:]
    var groupPrefixes = PrefixTable()
}

/// What makes a category, by source.
final class CompiledCategory: Sendable {
    let name: String
    let title: String
    let includes: CompiledSources
    let excepts: CompiledSources

    init(name: String, title: String, includes: CompiledSources, excepts: CompiledSources) {
        self.name = name
        self.title = title
        self.includes = includes
        self.excepts = excepts
    }
}

/// Sources of a category, or of its exceptions.
final class CompiledSources: Sendable {
    /// In the snapshot's own index.
    let own: SourceID?
    /// In the lists' index.
    let lists: [SourceID]
    /// What the policy calls each of them here: a member and its aliases are one source.
    let listNames: [String]
    /// The first list that is required and has no version yet: then what this matches is not known.
    let missingRequired: String?
    let isMissing: Bool
    let isEmpty: Bool

    init(own: SourceID?, lists: [(name: String, source: SourceID)], missingRequired: String?) {
        self.own = own
        self.lists = lists.map(\.source)
        listNames = lists.map(\.name)
        self.missingRequired = missingRequired
        isMissing = missingRequired != nil
        isEmpty = own == nil && lists.isEmpty
    }
}
