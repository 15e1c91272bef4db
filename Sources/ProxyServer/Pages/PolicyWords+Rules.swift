import PolicyCore

extension PolicyWords {
    /// Everything that holds for somebody, in the order it is tried: house rules, the group's, those it inherits, what holds else.
    func rules(for identity: Identity) -> [PageValues] {
        guard let group = snapshot.summary.groups.first(where: { $0.name == identity.group }) else { return [] }
        var lines = group.effectiveRules.compactMap { rule -> PageValues? in
            guard let declaration = declaration(rule.path), Self.concerns(declaration, identity) else { return nil }
            var values = PageValues(["rule": rule.path, "sentence-text": sentence(declaration), "verb": rule.verb.rawValue])
            values["rule-reason"] = rule.reason
            return values
        }
        let last = group.defaultVerdict.rawValue
        lines.append(
            PageValues(["rule": "groups.\(group.name).default", "sentence-text": catalogue.text("default.\(last)"), "verb": last]))
        return lines
    }

    /// The rule as written; nil where the path names none (grants, defaults).
    func declaration(_ path: String) -> RuleDeclaration? {
        guard let place = RulePlace(path) else { return nil }
        let rules = place.group.map { name in snapshot.document.groups.first { $0.name == name }?.rules ?? [] } ?? snapshot.document.rules
        return rules.indices.contains(place.index) ? rules[place.index] : nil
    }

    /// `only:` names clients or groups.
    private static func concerns(_ rule: RuleDeclaration, _ identity: Identity) -> Bool {
        rule.only.isEmpty || rule.only.contains { $0.name == identity.client || $0.name == identity.group }
    }

    /// `Games and Video: 1 hour a day, not during holidays`.
    func sentence(_ rule: RuleDeclaration) -> String {
        var values = [
            "targets": joined(rule.targets.map { target($0.target) }), "minutes": duration(Int64(clamping: rule.warnMinutes) &* 60_000),
        ]
        values["limit"] = rule.budget.map(limit)
        var text = catalogue.text("verb.\(rule.verb.rawValue)", values)
        if !rule.except.isEmpty { text += catalogue.text("except", ["targets": joined(rule.except.map { target($0.target) })]) }
        if !rule.during.isEmpty { text += catalogue.text("during", ["schedules": joined(rule.during.map(\.name))]) }
        if !rule.exceptDuring.isEmpty { text += catalogue.text("except-during", ["schedules": joined(rule.exceptDuring.map(\.name))]) }
        return text
    }

    /// What a rule of this path is about; nil where there is none such.
    func declaredTargets(_ path: String) -> String? {
        declaration(path).map { rule in joined(rule.targets.map { target($0.target) }) }
    }

    private func limit(_ budget: BudgetAmount) -> String {
        let text = catalogue.text("per.\(budget.period.rawValue)", ["amount": amount(budget.amount, budget.unit)])
        return budget.isShared ? catalogue.text("shared", ["limit": text]) : text
    }

    private func target(_ target: Target) -> String {
        switch target {
        case .all: catalogue.text("target.all")
        case .uncategorized: catalogue.text("target.uncategorized")
        case .ipHost: catalogue.text("target.ip-host")
        case .category(let name): category(name)
        case .site(let entry), .url(let entry): entry
        case .expression(let pattern): catalogue.text("target.expression", ["value": pattern])
        case .mediaType(let type): catalogue.text("target.type", ["value": type])
        case .fileExtension(let ext): catalogue.text("target.ext", ["value": ext])
        case .method(let method): catalogue.text("target.method", ["value": method])
        case .port(let port): catalogue.text("target.port", ["value": String(port)])
        }
    }
}
