import PolicyCore

/// A rule as a sentence: a verb ("blocked") and what it is about ("Gambling and Adult, during bedtime, except Homework").
struct RuleSentence: Sendable {
    let t: Messages
    /// Titles by category name.
    let titles: [String: String]

    init(_ t: Messages, _ document: PolicyDocument) {
        self.t = t
        titles = Dictionary(document.categories.map { ($0.name, $0.title ?? $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    func text(_ rule: RuleDeclaration) -> String {
        var out = list(rule.targets.map { name($0.target) })
        if let budget = rule.budget { out += ", " + self.budget(budget) }
        if rule.verb == .warn { out += ", " + t("rule-warn", "\(rule.warnMinutes)") }
        if !rule.during.isEmpty { out += ", " + t("rule-during", list(rule.during.map(\.name))) }
        if !rule.exceptDuring.isEmpty { out += ", " + t("rule-except-during", list(rule.exceptDuring.map(\.name))) }
        if !rule.only.isEmpty { out += ", " + t("rule-only", list(rule.only.map(\.name))) }
        if !rule.except.isEmpty { out += ", " + t("rule-except", list(rule.except.map { name($0.target) })) }
        return out
    }

    /// The verb as its badge says it.
    func verb(_ rule: RuleDeclaration) -> String { t["verdict-\(rule.verb.rawValue)"] }

    func name(_ target: Target) -> String {
        switch target {
        case .all: t["target-all"]
        case .uncategorized: t["target-uncategorized"]
        case .ipHost: t["target-ip-host"]
        case .category(let name): titles[name] ?? name
        case .site(let entry), .url(let entry): entry
        case .expression(let pattern): t("target-expression", pattern)
        case .mediaType(let type): t("target-type", type)
        case .fileExtension(let suffix): t("target-ext", suffix)
        case .method(let method): t("target-method", method)
        case .port(let port): t("target-port", "\(port)")
        }
    }

    func budget(_ budget: BudgetAmount) -> String {
        t("budget-\(budget.period.rawValue)", Self.amount(budget.amount, budget.unit, t))
    }

    static func amount(_ amount: UInt64, _ unit: BudgetAmount.Unit, _ t: Messages) -> String {
        switch unit {
        case .minutes: amount >= 60 && amount % 60 == 0 ? t("time-h", "\(amount / 60)") : t("time-min", "\(amount)")
        case .bytes: amount >= 1_000_000_000 ? "\(amount / 1_000_000_000) GB" : "\(amount / 1_000_000) MB"
        case .visits: t("budget-visits", "\(amount)")
        }
    }

    /// What a rule that was tried stood or fell by; nil where there is no more to say.
    func text(_ subject: TraceStep.Subject) -> String? {
        switch subject {
        case .target(let target): name(target)
        case .all(let names): names.isEmpty ? nil : list(names)
        case .any(let names): names.isEmpty ? nil : list(names, joinedBy: "list-or")
        }
    }

    private func list(_ names: [String], joinedBy key: String = "list-and") -> String {
        guard names.count > 1, let last = names.last else { return names.first ?? "" }
        return t(key, names.dropLast().joined(separator: ", "), last)
    }
}

extension ScheduleDeclaration {
    /// "Mon–Thu 21:00–07:00, Sat 22:30–08:00"
    func text(_ t: Messages) -> String {
        var parts = windows.map { "\($0.days.text(t)) \(clockText($0.from))–\(clockText($0.to))" }
        parts += dates.map(\.text)
        var out = parts.joined(separator: ", ")
        let excepted = exceptSchedules.map(\.name) + exceptDates.map(\.text)
        if !excepted.isEmpty { out += " " + t("rule-except", excepted.joined(separator: ", ")) }
        return out
    }
}

extension DaySet {
    /// Runs of days joined: "Mon–Fri", "Mon, Wed"; "every day" where it is all.
    func text(_ t: Messages) -> String {
        if self == .all { return t["day-every"] }
        var parts: [String] = []
        var day = 0
        while day < 7 {
            guard contains(weekday: day) else {
                day += 1
                continue
            }
            var last = day
            while last + 1 < 7, contains(weekday: last + 1) { last += 1 }
            let names = DaySet.names.map { t["day-\($0)"] }
            parts.append(last == day ? names[day] : last == day + 1 ? "\(names[day]), \(names[last])" : "\(names[day])–\(names[last])")
            day = last + 1
        }
        return parts.joined(separator: ", ")
    }
}

extension DatePattern {
    var text: String {
        switch self {
        case .day(let date): date.description
        case .range(let from, let to): "\(from)–\(to)"
        case .yearly(let month, let day): "*-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
        }
    }
}

/// `21:00`
func clockText(_ minute: Int) -> String {
    "\(minute / 60 < 10 ? "0" : "")\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
}
