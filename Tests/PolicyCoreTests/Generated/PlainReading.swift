import PatternMatching

@testable import PolicyCore

/// The specification read from top to bottom, slowly, for one generated policy: shares no code with what decides.
struct PlainReading {
    let policy: GeneratedPolicy
    let request: GeneratedRequest
    let state: GeneratedState

    private struct Person {
        var client: String
        var entry: String?
        var group: String
    }

    func answer(at now: Instant) -> (verdict: Verdict, rule: String) {
        let person = person()
        let granted = policy.grants.sorted { $0.id > $1.id }.first { applies($0, person, now) }
        if let granted {
            // Never before the first house rule marked final that applies.
            for (number, rule) in policy.document.rules.enumerated() where rule.isFinal && applies(rule, person, now) {
                return (verdict(rule, "rules[\(number)]", person, now), "rules[\(number)]")
            }
            return (granted.allows ? .allow : .block, "grants[\(granted.id)]")
        }
        for (number, rule) in policy.document.rules.enumerated() where applies(rule, person, now) {
            return (verdict(rule, "rules[\(number)]", person, now), "rules[\(number)]")
        }
        let line = line(of: person.group)
        for member in line {
            for (number, rule) in member.rules.enumerated() where applies(rule, person, now) {
                let path = "groups.\(member.name).rules[\(number)]"
                return (verdict(rule, path, person, now), path)
            }
        }
        let written = line.first { $0.defaultVerdict != nil }
        return (written?.defaultVerdict ?? .allow, "groups.\(written?.name ?? person.group).default")
    }

    // MARK: Who is asking

    private func person() -> Person {
        let document = policy.document
        let name = request.asker.user ?? request.asker.address.map(\.description) ?? ""
        let byUser = document.clients.first { client in request.asker.user.map(client.users.contains) ?? false }
        let byAddress = longest(document.clients.flatMap { client in client.addresses.map { ($0, client) } })
        let entry = byUser ?? byAddress
        let groupOfUser = document.groups.first { group in request.asker.user.map(group.users.contains) ?? false }
        let groupOfAddress = longest(document.groups.flatMap { group in group.addresses.map { ($0, group) } })
        let group = entry?.group ?? groupOfUser?.name ?? groupOfAddress?.name ?? "default"
        return Person(client: entry?.name ?? name, entry: entry?.name, group: group)
    }

    private func longest<Value>(_ prefixes: [(IPPrefix, Value)]) -> Value? {
        guard let address = request.asker.address else { return nil }
        return prefixes.filter { $0.0.contains(address) }.max { $0.0.length < $1.0.length }?.1
    }

    private func line(of group: String) -> [GroupDeclaration] {
        var line = policy.document.groups.filter { $0.name == group }
        while let next = line.last?.inherit, let found = policy.document.groups.first(where: { $0.name == next }) { line.append(found) }
        return line
    }

    // MARK: Rules

    private func verdict(_ rule: RuleDeclaration, _ path: String, _ person: Person, _ now: Instant) -> Verdict {
        switch rule.verb {
        case .allow: return .allow
        case .block: return .block
        case .warn:
            let site = request.host.split(separator: ".").suffix(2).joined(separator: ".")
            return now < state.continuedTo && state.hasPassed(person.client, path, site) ? .allow : .warn
        case .limit:
            guard let budget = rule.budget, isSamePeriod(budget, state.at, now) else { return .allow }
            guard state.hasUsed(budget.isShared ? person.group : person.client, path) else { return .allow }
            // A minute already counted stays usable to its end.
            let isUsable = budget.unit == .minutes && state.countsThisMinute && now.minute == state.at.minute
            return isUsable ? .allow : .block
        }
    }

    /// Whether two moments lie in the same hour, day or week of a budget.
    private func isSamePeriod(_ budget: BudgetAmount, _ a: Instant, _ b: Instant) -> Bool {
        func number(_ moment: Instant) -> Int64 {
            let local = moment.seconds + 7200 - Int64(budget.resets) * 60
            switch budget.period {
            case .hour: return local / 3600
            case .day: return local / 86_400
            // The first Monday of 1970 was its fifth day.
            case .week: return (local / 86_400 - 4) / 7
            }
        }
        return number(a) == number(b)
    }

    private func applies(_ rule: RuleDeclaration, _ person: Person, _ now: Instant) -> Bool {
        let tightens = rule.verb != .allow
        let isMeant = rule.only.isEmpty || rule.only.contains { $0.name == person.entry || $0.name == person.group }
        let isTime = rule.during.isEmpty || rule.during.contains { isOpen($0.name, now) }
        return isMeant && isTime && !rule.exceptDuring.contains { isOpen($0.name, now) }
            && rule.targets.contains { holds($0.target, tightens) } && !rule.except.contains { holds($0.target, !tightens) }
    }

    private func applies(_ grant: Grant, _ person: Person, _ now: Instant) -> Bool {
        let isMeant: Bool =
            switch grant.scope {
            case .everyone: true
            case .group(let name): person.group == name
            case .client(let name): person.client == name
            }
        guard isMeant, grant.from <= now, grant.until.map({ now < $0 }) ?? true, let target = Target(grant.target) else { return false }
        return holds(target, !grant.allows)
    }

    // MARK: What is asked for

    /// The forms looked at: what tightens looks at both.
    private func paths(_ tightens: Bool) -> [String] { tightens ? [request.path.canonical, request.path.sent] : [request.path.canonical] }

    private func holds(_ target: Target, _ tightens: Bool) -> Bool {
        switch target {
        case .all: true
        case .uncategorized: paths(tightens).contains { path in !policy.document.categories.contains { isIn($0, [path], [path]) } }
        case .category(let name):
            policy.document.categories.contains { $0.name == name && isIn($0, paths(tightens), paths(!tightens)) }
        case .site(let entry): matches(OwnEntry(key: .sites, text: entry), request.path.canonical)
        case .url(let entry): paths(tightens).contains { matches(OwnEntry(key: .urls, text: entry), $0) }
        default: false
        }
    }

    private func isIn(_ category: CategoryDeclaration, _ paths: [String], _ exceptedPaths: [String]) -> Bool {
        category.includes.entries.contains { entry in paths.contains { matches(entry, $0) } }
            && !category.excepts.entries.contains { entry in exceptedPaths.contains { matches(entry, $0) } }
    }

    private func matches(_ entry: OwnEntry, _ path: String) -> Bool {
        guard entry.key == .urls else { return isHost(entry.text) }
        let host = entry.text.prefix { $0 != "/" }
        let start = entry.text.dropFirst(host.count)
        guard isHost(String(host)), path.hasPrefix(start) else { return false }
        return path.dropFirst(start.count).first.map { "/?&=;".contains($0) } ?? true
    }

    private func isHost(_ entry: String) -> Bool {
        if entry.hasPrefix("=") { return request.host == entry.dropFirst() }
        if entry.hasPrefix("*.") { return request.host.hasSuffix(entry.dropFirst()) }
        return request.host == entry || request.host.hasSuffix("." + entry)
    }

    // MARK: Time

    /// All generated moments lie in summer: the clock is two hours ahead.
    private func isOpen(_ name: String, _ now: Instant) -> Bool {
        let local = now.seconds + 7200
        let minute = Int(local % 86_400) / 60
        let weekday = Int(local / 86_400 + 3) % 7
        return policy.document.schedules.contains { schedule in
            schedule.name == name
                && schedule.windows.contains { window in
                    let overnight = window.to <= window.from
                    return (window.days.contains(weekday: weekday) && minute >= window.from && (overnight || minute < window.to))
                        || (overnight && window.days.contains(weekday: (weekday + 6) % 7) && minute < window.to)
                }
        }
    }
}
