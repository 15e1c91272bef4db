import PatternMatching
import PolicyCore

extension DocumentReader {
    private static let common = ["during", "except-during", "only", "except", "reason", "note"]
    private static let modifiers: [(key: String, verb: RuleDeclaration.Verb)] = [
        ("to", .limit), ("resets", .limit), ("shared", .limit), ("for", .warn),
    ]

    static let ruleKeys = RuleDeclaration.Verb.allCases.map(\.rawValue) + common + modifiers.map(\.key) + ["final"]

    mutating func rules(_ node: YAMLNode?, isHouse: Bool) -> [RuleDeclaration] {
        guard let node else { return [] }
        return fields.list(node).compactMap { rule($0, isHouse: isHouse) }
    }

    private mutating func rule(_ node: YAMLNode, isHouse: Bool) -> RuleDeclaration? {
        let verbs = RuleDeclaration.Verb.allCases.map(\.rawValue)
        guard case .mapping(let pairs) = node.content, let values = fields.mapping(node, "a rule", keys: DocumentReader.ruleKeys) else {
            fields.sink.error(node.place, "a rule is a verb and its targets (block: [gambling]), not \(node.kind)")
            return nil
        }
        let written = pairs.filter { verbs.contains($0.key) }
        guard let first = written.first, let verb = RuleDeclaration.Verb(rawValue: first.key) else {
            // A verb with a letter wrong has been reported with the right one.
            if !pairs.contains(where: { NearestName.of($0.key, among: verbs) != nil && values[$0.key] == nil }) {
                fields.sink.error(node.place, "a rule needs a verb: \(verbs.joined(separator: ", "))")
            }
            return nil
        }
        for more in written.dropFirst() {
            fields.sink.error(more.keyPlace, "a rule has one verb, this one has \"\(verb.rawValue)\" already")
        }
        var rule = RuleDeclaration(verb: verb, place: node.place, targets: targets(first.value, "\"\(verb.rawValue)\"", mayBeEmpty: false))
        common(values, into: &rule)
        modifiers(values, isHouse: isHouse, first, into: &rule)
        return rule
    }

    private mutating func common(_ values: Fields, into rule: inout RuleDeclaration) {
        if let except = values["except"] { rule.except = targets(except.value, "\"except\"", mayBeEmpty: true) }
        if let only = values["only"] {
            let known = names.clients + names.groups
            rule.only = fields.filledList(only.value, "\"only\"").compactMap { reference($0, "client or group", among: known) }
        }
        rule.during = schedules(values["during"])
        rule.exceptDuring = schedules(values["except-during"])
        rule.reason = values["reason"].flatMap { fields.text($0.value, "a reason") }
        rule.note = values["note"].flatMap { fields.text($0.value, "a note") }
    }

    private func schedules(_ pair: YAMLNode.Pair?) -> [NameReference] {
        guard let pair else { return [] }
        return fields.filledList(pair.value, "\"\(pair.key)\"").compactMap { reference($0, "schedule", among: names.schedules) }
    }

    private func modifiers(_ values: Fields, isHouse: Bool, _ verb: YAMLNode.Pair, into rule: inout RuleDeclaration) {
        for (key, owner) in DocumentReader.modifiers where owner != rule.verb {
            if let pair = values[key] { fields.sink.error(pair.keyPlace, "\"\(key)\" belongs to \"\(owner.rawValue)\" alone") }
        }
        if let final = values["final"] {
            if isHouse {
                rule.isFinal = fields.flag(final.value, "final") ?? false
            } else {
                fields.sink.error(final.keyPlace, "\"final\" belongs to house rules alone")
            }
        }
        if rule.verb == .warn, let pair = values["for"] {
            guard let text = fields.text(pair.value, "for") else { return }
            guard let minutes = Quantity.minutes(text), minutes > 0, minutes <= 366 * 1440 else {
                fields.sink.error(pair.value.place, "\"\(text)\" is no time a warning can be passed for (15m, 2h)")
                return
            }
            rule.warnMinutes = minutes
        }
        if rule.verb == .limit { rule.budget = budget(values, verb) }
    }

    private func budget(_ values: Fields, _ verb: YAMLNode.Pair) -> BudgetAmount? {
        guard let to = values["to"] else {
            fields.sink.error(verb.keyPlace, "a limit needs its budget: \"to: 1h per day\"")
            return nil
        }
        guard let text = fields.text(to.value, "a budget") else { return nil }
        guard var budget = Quantity.budget(text) else {
            fields.sink.error(to.value.place, "\"\(text)\" is no budget (1h per day, 500MB per week, 20 visits per hour)")
            return nil
        }
        if budget.unit == .minutes, budget.amount > budget.period.mostMinutes {
            fields.sink.error(to.value.place, "\"\(text)\" cannot be: no \(budget.period.rawValue) is that long")
            return nil
        }
        if let shared = values["shared"] { budget.isShared = fields.flag(shared.value, "shared") ?? false }
        if let resets = values["resets"] {
            if budget.period == .hour {
                fields.sink.error(resets.keyPlace, "\"resets\" is the time of day that days and weeks begin at: an hour has none")
            } else if let minute = clock(resets.value, "resets", allows24: false) {
                budget.resets = minute
            }
        }
        return budget
    }

    /// A time of day in minutes.
    func clock(_ node: YAMLNode, _ what: String, allows24: Bool) -> Int? {
        guard let text = fields.text(node, what) else { return nil }
        guard let minute = Quantity.clock(text), allows24 || minute < 1440 else {
            fields.sink.error(node.place, "\"\(text)\" is no time of day (21:00)")
            return nil
        }
        return minute
    }

    private mutating func targets(_ node: YAMLNode, _ what: String, mayBeEmpty: Bool) -> [PlacedTarget] {
        let items = fields.list(node)
        if items.isEmpty && !mayBeEmpty { fields.sink.error(node.place, "\(what) names no target") }
        return items.compactMap { target($0) }
    }

    private mutating func target(_ node: YAMLNode) -> PlacedTarget? {
        guard let text = fields.text(node, "a target") else { return nil }
        guard let target = Target(text) else {
            fields.sink.error(node.place, DocumentReader.problem(target: text))
            return nil
        }
        switch target {
        case .category(let name):
            let known = names.categories + Target.reserved
            guard known.contains(name) else {
                fields.sink.error(node.place, "there is no category \"\(name)\"\(NearestName.offer(name, among: known))")
                return nil
            }
        case .site(let entry): guard isGood(.sites, entry, node) else { return nil }
        case .url(let entry): guard isGood(.urls, entry, node) else { return nil }
        case .expression(let entry): guard isGood(.expressions, entry, node) else { return nil }
        default: break
        }
        return PlacedTarget(target, place: node.place)
    }

    private mutating func isGood(_ key: OwnEntry.Key, _ text: String, _ node: YAMLNode) -> Bool {
        guard let problem = entries.problem(OwnEntry(key: key, text: text, place: node.place)) else { return true }
        fields.sink.error(node.place, problem)
        return false
    }

    private static func problem(target text: String) -> String {
        let prefix = text.prefix { $0 != ":" }
        if Target.prefixes.contains(String(prefix)) { return "\"\(text)\": nothing a \"\(prefix):\" target can be" }
        return "\"\(text)\" is no target: there is no \"\(prefix):\"\(NearestName.offer(String(prefix), among: Target.prefixes))"
    }
}

extension BudgetAmount.Period {
    /// The minutes of the longest there is: a day on which clocks go back has 25 hours.
    fileprivate var mostMinutes: UInt64 {
        switch self {
        case .hour: 60
        case .day: 1_500
        case .week: 10_140
        }
    }
}
