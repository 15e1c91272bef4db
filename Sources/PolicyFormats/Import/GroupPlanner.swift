/// Cuts a plan's decisions into house rules and groups: everybody of a group meets the same conditions on who asks.
struct GroupPlanner {
    struct Group {
        var name: String
        var addresses: [String] = []
        var users: [String] = []
        var rules: [ImportedRule] = []
        var verdict: AccessPlan.Verdict
        var verdictPlace: ImportPlace?
    }

    struct ImportedRule {
        var verdict: AccessPlan.Verdict
        var targets: [String]
        var except: [String] = []
        var during: [String] = []
        var exceptDuring: [String] = []
        var place: ImportPlace
    }

    private(set) var plan: AccessPlan
    private let report: ImportReport
    /// Schedules that are open at times the original's are not.
    private let longer: Set<String>
    /// Helper categories by what they stand for.
    private var helpers: [String: String] = [:]
    static let mostGroups = 500

    init(_ plan: AccessPlan, _ report: ImportReport) {
        self.plan = plan
        self.report = report
        longer = Set(plan.schedules.filter(\.holdsLonger).map(\.name))
    }

    /// Who the atoms of the address space and of the users are.
    private struct Members {
        var addresses: Set<Int>?
        var users: Set<Int>
    }

    mutating func groups() -> (house: [ImportedRule], groups: [Group]) {
        var house: [ImportedRule] = []
        var rest = plan.lines[...]
        while let line = rest.first, line.who.isEmpty, !(line.what.isEmpty && line.when.isEmpty) {
            rest.removeFirst()
            if let rule = rule(line, isCertain: true, "house rules") { house.append(rule) }
        }
        let lines = Array(rest)
        var groups: [Group] = []
        for (members, names) in userAtoms() {
            let label = members.sorted().map { plan.users[$0].name }
            var group = self.group(name(label), lines, Members(addresses: nil, users: members))
            group.users = names
            groups.append(group)
        }
        for (members, addresses) in AddressRanges.atoms(plan.addresses.map(\.value)) {
            let label = members.sorted().filter { !plan.addresses[$0].value.isAll }.map { plan.addresses[$0].name }
            if label.isEmpty { continue }
            var group = self.group(name(label), lines, Members(addresses: members, users: []))
            group.addresses = addresses.texts
            groups.append(group)
        }
        let everywhere = Set(plan.addresses.indices.filter { plan.addresses[$0].value.isAll })
        groups.append(group("default", lines, Members(addresses: everywhere, users: [])))
        for line in plan.lines where !report.knows(line.place) { report.ignored(line.place, "never reached: a line before it decides") }
        return (house, groups)
    }

    private func userAtoms() -> [(Set<Int>, [String])] {
        var members: [String: Set<Int>] = [:]
        for (index, set) in plan.users.enumerated() {
            for user in set.value { members[user, default: []].insert(index) }
        }
        return Dictionary(grouping: members.keys.sorted(), by: { members[$0] ?? [] })
            .sorted { $0.key.sorted().lexicographicallyPrecedes($1.key.sorted()) }.map { ($0.key, $0.value) }
    }

    private var names: Set<String> = []

    /// A set's own name where it is alone, else all of them.
    private mutating func name(_ label: [String]) -> String {
        let joined = String(label.joined(separator: "-").prefix(60))
        var free = joined
        var number = 2
        while !names.insert(free).inserted {
            free = "\(joined)-\(number)"
            number += 1
        }
        return free
    }

    private mutating func group(_ name: String, _ lines: [AccessLine], _ members: Members) -> Group {
        var group = Group(name: name, verdict: plan.fallback, verdictPlace: plan.fallbackPlace)
        for line in lines {
            guard let isCertain = holds(line, members) else { continue }
            if !isCertain {
                report.differs(
                    line.place, nil,
                    "group \(name) is found by its users' names, not by address: there the line "
                        + (line.verdict == .allow ? "is left out" : "holds at every address"))
                if line.verdict == .allow { continue }
            }
            if line.what.isEmpty, line.when.isEmpty, line.unknown.isEmpty || line.verdict == .block {
                (group.verdict, group.verdictPlace) = (line.verdict, line.place)
                note(line, "default: \(line.verdict.rawValue) in group \(name)")
                return group
            }
            if let rule = rule(line, isCertain: isCertain, "group \(name)") { group.rules.append(rule) }
        }
        return group
    }

    /// nil: the line is not for them; false: nobody can say whether it is.
    private func holds(_ line: AccessLine, _ members: Members) -> Bool? {
        var isCertain = true
        for test in line.who {
            switch test.who {
            case .users(let set): if members.users.contains(set) == test.isNegated { return nil }
            case .addresses(let set):
                if plan.addresses[set].value.isAll {
                    if test.isNegated { return nil }
                } else if let known = members.addresses {
                    if known.contains(set) == test.isNegated { return nil }
                } else if !line.isExclusive {
                    isCertain = false
                } else if !line.who.contains(where: { if case .users = $0.who { true } else { false } }) {
                    return nil
                }
            }
        }
        return isCertain
    }

    private func note(_ line: AccessLine, _ becomes: String) {
        if line.unknown.isEmpty {
            report.mapped(line.place, becomes)
        } else {
            report.differs(line.place, becomes, "holds without its condition \(line.unknown.joined(separator: ", "))")
        }
    }
}

// MARK: - Rules

extension GroupPlanner {
    /// nil where the decision cannot be a rule, or must not be one because a condition is unknown.
    private mutating func rule(_ line: AccessLine, isCertain: Bool, _ holder: String) -> ImportedRule? {
        if !line.unknown.isEmpty, line.verdict == .allow {
            report.unmapped(line.place, "left out: nothing here can judge \(line.unknown.joined(separator: ", "))")
            return nil
        }
        var line = line
        var rule = ImportedRule(verdict: line.verdict, targets: ["all"], place: line.place)
        // The same time may stand with the clients and with what they may do.
        let times = line.when.enumerated().filter { !line.when[..<$0.offset].contains($0.element) }.map(\.element)
        let certain = times.filter { !$0.isNegated }
        rule.during = certain.map(\.schedule)
        rule.exceptDuring = times.filter(\.isNegated).map(\.schedule)
        if let never = rule.during.first(where: rule.exceptDuring.contains) {
            report.ignored(line.place, "never holds: within and outside \(never) at once")
            return nil
        }
        if certain.count > 1 {
            guard line.verdict == .block else {
                report.unmapped(line.place, "left out: a rule holds in one of its schedules, not only where two of them meet")
                return nil
            }
            rule.during = [certain[0].schedule]
            line.unknown.append("time \(certain[1].schedule)")
        }
        for test in line.what where test.isNegated { rule.except += test.what.targets }
        if !meet(line.what.filter { !$0.isNegated }.map(\.what), &rule, &line) { return nil }
        for time in times where (line.verdict == .allow) != time.isNegated && longer.contains(time.schedule) {
            let when = line.verdict == .allow ? "allows" : "does not forbid"
            report.allowsMore(line.place, "\(when) at times that schedule \(time.schedule) has and the original has not")
        }
        note(line, "\(rule.sentence) in \(holder)")
        return rule
    }

    /// Sets what lies in all of `sets`: the first that can be a category, without what the others are not.
    private mutating func meet(_ sets: [WhatSet], _ rule: inout ImportedRule, _ line: inout AccessLine) -> Bool {
        guard let index = sets.firstIndex(where: { $0.sources != nil }) ?? (sets.isEmpty ? nil : 0) else { return true }
        let base = sets[index]
        rule.targets = base.targets
        for (place, other) in sets.enumerated() where place != index {
            if let complement = other.complement {
                rule.except += complement
            } else if let outer = base.sources, let inner = other.sources {
                rule.except.append(helper(outer, base.targets, inner, other.targets, line.place))
            } else if line.verdict == .block {
                line.unknown.append(other.targets.joined(separator: " "))
            } else {
                report.unmapped(line.place, "left out: no rule can say that \(base.targets[0]) and \(other.targets[0]) must both match")
                return false
            }
        }
        return true
    }

    /// The category of what is in one set and not in another.
    private mutating func helper(
        _ outer: CategorySources, _ outerName: [String], _ inner: CategorySources, _ innerName: [String], _ place: ImportPlace
    ) -> String {
        let key = "\(outerName.joined(separator: "-"))-without-\(innerName.joined(separator: "-"))"
        if let known = helpers[key] { return known }
        let name = plan.name(key, .category)
        helpers[key] = name
        plan.categories.append(
            ImportedCategory(
                name: name, title: "\(outerName.joined(separator: ", ")) without \(innerName.joined(separator: ", "))", includes: outer,
                excepts: inner, place: place))
        return name
    }
}

extension GroupPlanner.ImportedRule {
    /// `block: [ads] except: […] during: […]`, for people.
    var sentence: String {
        func part(_ key: String, _ names: [String]) -> String {
            names.isEmpty ? "" : " \(key): [\(names.prefix(6).joined(separator: ", "))\(names.count > 6 ? ", …" : "")]"
        }
        return (part(verdict.rawValue, targets) + part("except", except) + part("during", during) + part("except-during", exceptDuring))
            .trimmingBlanks
    }
}
