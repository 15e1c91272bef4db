import PatternMatching
import Synchronization

extension PolicySnapshot {
    /// The policy in plain sentences: put together when it is first asked for, and kept for every snapshot that differs in grants alone.
    public var summary: PolicySummary {
        policy.summary.withLock { kept in
            if let kept { return kept }
            let made = makeSummary()
            kept = made
            return made
        }
    }

    private func makeSummary() -> PolicySummary {
        let titles = titles
        return PolicySummary(
            timezone: document.timezone, houseRules: rules(document.rules, at: "rules", titles),
            groups: document.groups.map { group($0, titles) }, clients: document.clients.map(PolicySnapshot.client),
            categories: document.categories.map(category), schedules: document.schedules.map(schedule))
    }

    /// What a category is called by people; the name itself where there is no such category.
    public func title(ofCategory name: String) -> String { policy.categoryIndexes[name].map { policy.categories[$0].title } ?? name }

    /// The rule of this path in words; nil where there is none such (grants, defaults).
    public func sentence(ofRule path: String) -> String? {
        allRules.first { $0.path == path }?.rule.sentence(title: title(ofCategory:))
    }

    /// What a rule of this path is about, in words.
    func targetsText(ofRule path: String) -> String {
        guard let rule = allRules.first(where: { $0.path == path })?.rule else { return path }
        return RuleDeclaration.joined(rule.targets.map { $0.target.words(title: title(ofCategory:)) })
    }

    func sentence(of path: String) -> String {
        if let sentence = sentence(ofRule: path) { return sentence }
        guard let grant = grants.grants.first(where: { "grants[\($0.id)]" == path }) else { return path }
        let target = Target(grant.target)?.words(title: title(ofCategory:)) ?? grant.target
        return (grant.allows ? "Allowed: " : "Paused: ") + target
    }

    /// Whether a schedule of this name is open; nil where there is none.
    public func isOpen(schedule name: String, at now: Instant) -> Bool? {
        policy.schedules.schedules.firstIndex { $0.name == name }.map { policy.schedules.isOpen($0, at: now) }
    }

    /// When a schedule of this name next opens or closes; nil for never.
    public func nextChange(ofSchedule name: String, after now: Instant) -> Instant? {
        policy.schedules.schedules.firstIndex { $0.name == name }.flatMap { policy.schedules.nextChange($0, after: now) }
    }

    private var titles: [String: String] {
        Dictionary(document.categories.map { ($0.name, $0.title ?? $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    var allRules: [(path: String, rule: RuleDeclaration)] {
        document.rules.enumerated().map { ("rules[\($0.offset)]", $0.element) }
            + document.groups.flatMap { group in
                group.rules.enumerated().map { ("groups.\(group.name).rules[\($0.offset)]", $0.element) }
            }
    }

    private func rules(_ rules: [RuleDeclaration], at path: String, _ titles: [String: String]) -> [PolicySummary.Rule] {
        rules.enumerated().map { number, rule in
            PolicySummary.Rule(
                path: "\(path)[\(number)]", verb: rule.verb, sentence: rule.sentence { titles[$0] ?? $0 }, reason: rule.reason)
        }
    }

    private func group(_ group: GroupDeclaration, _ titles: [String: String]) -> PolicySummary.Group {
        let compiled = policy.groups.first { $0.name == group.name }
        let byPath = Dictionary(allRules.map { ($0.path, $0.rule) }, uniquingKeysWith: { first, _ in first })
        let effective = (compiled?.rules ?? []).compactMap { rule in
            byPath[rule.path].map {
                PolicySummary.Rule(path: rule.path, verb: $0.verb, sentence: $0.sentence { titles[$0] ?? $0 }, reason: $0.reason)
            }
        }
        let clients = document.clients.filter { $0.group == group.name }.map(\.name)
        return PolicySummary.Group(
            name: group.name, note: group.note, inherit: group.inherit,
            members: clients + group.users + group.addresses.map(\.description),
            rules: rules(group.rules, at: "groups.\(group.name).rules", titles), effectiveRules: effective,
            defaultVerdict: compiled?.defaultVerdict ?? .allow, settings: compiled?.settings ?? GroupSettings())
    }

    private static func client(_ client: ClientDeclaration) -> PolicySummary.Client {
        PolicySummary.Client(
            name: client.name, group: client.group, addresses: client.addresses.map(\.description), macs: client.macs.map(\.description),
            users: client.users, note: client.note)
    }

    private func category(_ category: CategoryDeclaration) -> PolicySummary.Category {
        let rules = allRules.filter { $0.rule.targets.contains { $0.target == .category(category.name) } }.map(\.path)
        return PolicySummary.Category(
            name: category.name, title: category.title ?? category.name, note: category.note,
            ownEntries: category.includes.entries.count, lists: category.includes.lists.map(\.text), rules: rules)
    }

    private func schedule(_ schedule: ScheduleDeclaration) -> PolicySummary.Schedule {
        let rules = allRules.filter { ($0.rule.during + $0.rule.exceptDuring).contains { $0.name == schedule.name } }.map(\.path)
        return PolicySummary.Schedule(
            name: schedule.name, sentence: schedule.sentence, timezone: schedule.timezone ?? document.timezone ?? "", rules: rules)
    }
}
