import PatternMatching
import PolicyCore

/// What is allowed but does nothing: rules and exceptions that can never act.
enum PolicyAdvice {
    typealias Warning = (place: SourcePlace, message: String)

    static func warnings(about document: PolicyDocument) -> [Warning] {
        var warnings = unreachable(document.rules, behind: nil)
        let house = document.rules.first { decidesEverything($0) }
        for group in document.groups {
            warnings += unreachable(group.rules, behind: house)
            warnings += group.rules.flatMap { nobody($0, in: group, document) } + openSearches(of: group, document)
        }
        for rule in document.rules + document.groups.flatMap(\.rules) {
            warnings += blind(rule, document) + strangeMethods(rule) + budget(rule) + suspects(rule)
        }
        return warnings + document.lists.flatMap(inTheClear)
            + document.categories.flatMap { suspects($0.includes.entries + $0.excepts.entries) }
    }

    /// Lists that nobody will fetch, because whoever is on the way could change them (SECURITY.md L3).
    private static func inTheClear(_ list: ListDeclaration) -> [Warning] {
        let scheme = "http://"
        guard list.sha256 == nil, list.source.lowercased().hasPrefix(scheme) else { return [] }
        let authority = list.source.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        let host = (authority.split(separator: "@").last ?? "").prefix { $0 != ":" }
        if host == "localhost" || authority.hasPrefix("[::1]") || IPAddress(String(host))?.isLoopback == true { return [] }
        return [
            (list.place, "without encryption a list is fetched from this machine alone: use https, or name the file's \"sha256\"")
        ]
    }

    /// Expressions that backtrack, can never match or match most common sites.
    private static func suspects(_ entries: [OwnEntry]) -> [Warning] {
        var warnings: [Warning] = []
        for entry in entries.filter({ $0.key == .expressions }).prefix(mostChecked) where warnings.count < mostSuspects {
            warnings += check.findings(entry.listEntry(line: entry.place.line)).map { (entry.place, "\"\(entry.text)\": \($0)") }
        }
        return warnings
    }

    private static func suspects(_ rule: RuleDeclaration) -> [Warning] {
        suspects(
            (rule.targets + rule.except).compactMap { placed in
                guard case .expression(let text) = placed.target else { return nil }
                return OwnEntry(key: .expressions, text: text, place: placed.place)
            })
    }

    private static let check = ExpressionCheck(commonHosts: CommonHosts.all)
    /// Of one category's or rule's own expressions: a policy is read while somebody waits.
    private static let mostChecked = 300
    private static let mostSuspects = 20

    /// Rules behind one that decides every request at every time.
    private static func unreachable(_ rules: [RuleDeclaration], behind house: RuleDeclaration?) -> [Warning] {
        var stop = house
        return rules.compactMap { rule in
            if let stop {
                return (rule.place, "never reached: the rule on line \(stop.place.line) decides everything before it")
            }
            if decidesEverything(rule) { stop = rule }
            return nil
        }
    }

    private static func decidesEverything(_ rule: RuleDeclaration) -> Bool {
        rule.targets.contains { $0.target == .all } && rule.except.isEmpty && rule.only.isEmpty && rule.during.isEmpty
            && rule.exceptDuring.isEmpty
    }

    /// A rule of a group whose `only:` holds for nobody who is ever in it.
    private static func nobody(_ rule: RuleDeclaration, in group: GroupDeclaration, _ document: PolicyDocument) -> [Warning] {
        guard !rule.only.isEmpty else { return [] }
        let heirs = heirs(of: group.name, document)
        let mayAct = rule.only.contains { reference in
            if heirs.contains(reference.name) { return true }
            guard let client = document.clients.first(where: { $0.name == reference.name }) else { return false }
            return client.group.map(heirs.contains) ?? true
        }
        if mayAct { return [] }
        return [(rule.only[0].place, "never applies: nobody in \"only\" is in group \"\(group.name)\" or one that inherits it")]
    }

    /// The group and every group that inherits it.
    private static func heirs(of name: String, _ document: PolicyDocument) -> Set<String> {
        var heirs: Set<String> = [name]
        var count = 0
        while count != heirs.count {
            count = heirs.count
            for group in document.groups where group.inherit.map(heirs.contains) ?? false { heirs.insert(group.name) }
        }
        return heirs
    }

    /// Budgets no period is long enough for.
    private static func budget(_ rule: RuleDeclaration) -> [Warning] {
        guard let budget = rule.budget, budget.unit == .minutes else { return [] }
        let minutes: UInt64 =
            switch budget.period {
            case .hour: 60
            case .day: 1440
            case .week: 10_080
            }
        guard budget.amount >= minutes else { return [] }
        return [(rule.place, "never used up: \(budget.words) is all the time there is")]
    }
}
