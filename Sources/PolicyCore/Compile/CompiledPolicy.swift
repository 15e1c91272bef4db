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
    /// What the policy calls each source of the lists' index.
    let listNames: [Int: String]
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
        listNames = Dictionary(lists.sources.map { ($0.value.index, $0.key) }, uniquingKeysWith: { min($0, $1) })
    }
}

/// A group with its rules in the order they are tried: house rules, its own, those it inherits.
struct CompiledGroup: Sendable {
    let name: String
    let rules: [CompiledRule]
    /// Where among `rules` the house rules marked `final` stand.
    let finalRules: [Int]
    let defaultVerdict: Verdict
    /// `groups.base.default`: where it is written, the group's own where it is not.
    let defaultPath: String
    let settings: GroupSettings
}

/// Who is known by what.
struct Directory: Sendable {
    var clientUsers: [String: Int] = [:]
    var clientMACs: [MACAddress: Int] = [:]
    var clientPrefixes = PrefixTable()
    var groupUsers: [String: Int] = [:]
    var groupPrefixes = PrefixTable()
}

/// What makes a category, by source.
struct CompiledCategory: Sendable {
    let name: String
    let title: String
    let includes: CompiledSources
    let excepts: CompiledSources
}

struct CompiledSources: Sendable {
    /// In the snapshot's own index.
    var own: SourceID?
    /// In the lists' index.
    var lists: [SourceID] = []
    /// The first list that is required and has no version yet: then what this matches is not known.
    var missingRequired: String?
}
