import PatternMatching
import PolicyCore

/// Small policies made by hand.
enum TestPolicy {
    struct UTC: ZoneCatalog {
        var names: [String] { ["UTC"] }
        var machineZone: String { "UTC" }
        func zone(_ name: String) -> ZoneTable? { name == "UTC" ? ZoneTable(fixed: 0) : nil }
    }

    /// One group for everybody.
    static func snapshot(
        _ rules: [RuleDeclaration] = [], default verdict: Verdict = .allow, allowsOpaque: Bool = true, recordsURL: Bool = true,
        safeSearch: Bool? = nil, youtube: GroupSettings.Restriction? = nil, clients: [ClientDeclaration] = [],
        schedules: [ScheduleDeclaration] = [], grants: [Grant] = [], generation: UInt64 = 1
    ) throws -> PolicySnapshot {
        let group = GroupDeclaration(
            name: "default", rules: rules, defaultVerdict: verdict, safeSearch: safeSearch, youtube: youtube, recordsURL: recordsURL,
            allowsOpaque: allowsOpaque)
        let document = PolicyDocument(timezone: "UTC", clients: clients, groups: [group], schedules: schedules)
        return try PolicySnapshot.compile(document, generation: generation, lists: .none, zones: UTC(), grants: grants)
    }

    /// A rule with in-place targets, as policies write them.
    static func rule(_ verb: RuleDeclaration.Verb, _ targets: String..., budget: BudgetAmount? = nil, during: String? = nil)
        -> RuleDeclaration
    {
        RuleDeclaration(
            verb: verb, targets: targets.compactMap { Target($0).map { PlacedTarget($0) } },
            during: during.map { [NameReference($0)] } ?? [], budget: budget)
    }
}
