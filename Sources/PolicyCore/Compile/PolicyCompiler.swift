import PatternMatching

/// Turns a document into a ``CompiledPolicy``: names become indexes, rules are laid out per group in evaluation order, entries written in the
/// policy itself go into one index.
struct PolicyCompiler {
    let document: PolicyDocument
    let lists: ListSet
    private let declaredLists: [String: ListDeclaration]
    private let groupIndexes: [String: Int]
    private let clientIndexes: [String: Int]
    private let scheduleIndexes: [String: Int]
    private let categoryIndexes: [String: Int]
    private var builder = MatchIndexBuilder()
    private var hasEntries = false
    private var problems: [PolicyCompileError.Problem] = []
    private var named: Set<Int> = []

    init(_ document: PolicyDocument, lists: ListSet) {
        self.document = document
        self.lists = lists
        declaredLists = document.listReferences
        groupIndexes = PolicyCompiler.indexes(document.groups.map(\.name))
        clientIndexes = PolicyCompiler.indexes(document.clients.map(\.name))
        scheduleIndexes = PolicyCompiler.indexes(document.schedules.map(\.name))
        categoryIndexes = PolicyCompiler.indexes(document.categories.map(\.name))
    }

    private static func indexes(_ names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func compile(zones: some ZoneCatalog) throws(PolicyCompileError) -> CompiledPolicy {
        let zone = zone(document.timezone, zones)
        let schedules = ScheduleTable(schedules: schedules(zone, zones))
        let categories = document.categories.map { category($0) }
        let house = rules(document.rules, at: "rules", categories, isHouse: true)
        let own = document.groups.map { rules($0.rules, at: "groups.\($0.name).rules", categories, isHouse: false) }
        let groups = document.groups.indices.map { group($0, house: house, own: own) }
        let (directory, clientGroups) = directory()
        if groupIndexes["default"] == nil { report(.start, "there is no group \"default\"") }
        var index: MatchIndex?
        if hasEntries {
            do { index = try MatchIndex(bytes: builder.finish()) } catch {
                report(.start, "the policy's own entries make no index: \(error)")
            }
            builder = MatchIndexBuilder()
        }
        if !problems.isEmpty { throw PolicyCompileError(problems: problems) }
        return CompiledPolicy(
            zone: zone, groups: groups, defaultGroup: groupIndexes["default"] ?? 0, clientNames: document.clients.map(\.name),
            clientGroups: clientGroups, directory: directory, schedules: schedules, scheduledByRules: named.sorted(),
            categories: categories, categoryIndexes: categoryIndexes, own: index, lists: lists)
    }

    private mutating func report(_ place: SourcePlace, _ message: String) {
        problems.append(PolicyCompileError.Problem(place: place, message: message))
    }
}

// MARK: Time

extension PolicyCompiler {
    private mutating func zone(_ name: String?, _ zones: some ZoneCatalog) -> ZoneTable {
        let name = name ?? zones.machineZone
        if let zone = zones.zone(name) { return zone }
        report(.start, "there is no time zone \"\(name)\"")
        return .utc
    }

    private mutating func schedules(_ zone: ZoneTable, _ zones: some ZoneCatalog) -> [CompiledSchedule] {
        document.schedules.enumerated().map { number, schedule in
            CompiledSchedule(
                name: schedule.name, zone: schedule.timezone.map { self.zone($0, zones) } ?? zone, windows: schedule.windows,
                dates: schedule.dates, exceptDates: schedule.exceptDates,
                exceptSchedules: excepted(by: number, schedule.exceptSchedules))
        }
    }

    private mutating func excepted(by number: Int, _ references: [NameReference]) -> [Int] {
        references.compactMap { reference in
            guard let index = scheduleIndexes[reference.name] else {
                report(reference.place, "there is no schedule \"\(reference.name)\"")
                return nil
            }
            var seen: Set<Int> = []
            if reaches(index, number, &seen) {
                report(reference.place, "schedule \"\(reference.name)\" goes round in a circle")
                return nil
            }
            return index
        }
    }

    /// Whether schedule `from` excepts schedule `to`, through others or itself.
    /// - Parameter seen: schedules that need no second look.
    private func reaches(_ from: Int, _ to: Int, _ seen: inout Set<Int>) -> Bool {
        if from == to { return true }
        guard seen.insert(from).inserted else { return false }
        for reference in document.schedules[from].exceptSchedules {
            if let next = scheduleIndexes[reference.name], reaches(next, to, &seen) { return true }
        }
        return false
    }
}

// MARK: Categories and entries

extension PolicyCompiler {
    private mutating func category(_ category: CategoryDeclaration) -> CompiledCategory {
        CompiledCategory(
            name: category.name, title: category.title ?? category.name, includes: sources(category.includes, "category \(category.name)"),
            excepts: sources(category.excepts, "exceptions of \(category.name)"))
    }

    private mutating func sources(_ sources: EntrySources, _ name: String) -> CompiledSources {
        var own: SourceID?
        var found: [(name: String, source: SourceID)] = []
        var missingRequired: String?
        if !sources.entries.isEmpty {
            let source = builder.source(named: name)
            for entry in sources.entries { add(entry.listEntry(line: entry.place.line), to: source, entry.place) }
            own = source
        }
        for reference in sources.lists {
            guard let list = declaredLists[reference.list] else {
                report(reference.place, "there is no list \"\(reference.list)\"")
                continue
            }
            if let source = lists.sources[reference.text] { found.append((reference.text, source)) }
            let isMissing = lists.missing.contains(reference.list) || lists.sources[reference.text] == nil
            if isMissing, list.isRequired, missingRequired == nil { missingRequired = reference.list }
        }
        return CompiledSources(own: own, lists: found, missingRequired: missingRequired)
    }

    private mutating func add(_ entry: ListEntry, to source: SourceID, _ place: SourcePlace) {
        do {
            try builder.add(entry, to: source)
            hasEntries = true
        } catch {
            report(place, "\(entry.text): \(error)")
        }
    }

    private mutating func target(_ placed: PlacedTarget, _ path: String, _ texts: inout [[UInt8]]) -> CompiledTarget? {
        if let entry = placed.target.entry(line: placed.place.line) {
            let source = builder.source(named: "\(path) \(placed.target.text)")
            add(entry, to: source, placed.place)
            return .own(source)
        }
        if let target = CompiledTarget(placed.target, categories: categoryIndexes, texts: &texts) { return target }
        report(placed.place, "there is no category \"\(placed.target.text)\"")
        return nil
    }
}

// MARK: Rules and groups

extension PolicyCompiler {
    private mutating func rules(_ rules: [RuleDeclaration], at path: String, _ categories: [CompiledCategory], isHouse: Bool)
        -> [CompiledRule]
    {
        rules.enumerated().map { number, rule in
            let path = "\(path)[\(number)]"
            var texts: [[UInt8]] = []
            var targets: [CompiledTarget] = []
            var except: [CompiledTarget] = []
            for placed in rule.targets { if let target = target(placed, path, &texts) { targets.append(target) } }
            for placed in rule.except { if let target = target(placed, path, &texts) { except.append(target) } }
            return CompiledRule(
                path: path, verb: rule.verb, targets: targets, except: except, texts: texts, categories: categories,
                audience: audience(rule.only),
                during: scheduleIndexes(rule.during),
                exceptDuring: scheduleIndexes(rule.exceptDuring), reason: rule.reason, budget: rule.budget,
                warnMinutes: rule.warnMinutes, isFinal: rule.isFinal && isHouse)
        }
    }

    private mutating func scheduleIndexes(_ references: [NameReference]) -> [Int] {
        references.compactMap { reference in
            guard let index = scheduleIndexes[reference.name] else {
                report(reference.place, "there is no schedule \"\(reference.name)\"")
                return nil
            }
            named.insert(index)
            return index
        }
    }

    private mutating func audience(_ only: [NameReference]) -> Audience {
        if only.isEmpty { return .everyone }
        for reference in only where clientIndexes[reference.name] == nil && groupIndexes[reference.name] == nil {
            report(reference.place, "there is no client or group \"\(reference.name)\"")
        }
        return .some(
            clients: Set(only.compactMap { clientIndexes[$0.name] }), groups: Set(only.compactMap { groupIndexes[$0.name] }))
    }

    /// The group and those it inherits, nearest first.
    private mutating func line(of index: Int) -> [Int] {
        var line = [index]
        while let name = document.groups[line[line.count - 1]].inherit {
            guard let next = groupIndexes[name] else {
                report(document.groups[index].place, "there is no group \"\(name)\"")
                break
            }
            if line.contains(next) {
                report(document.groups[index].place, "group \"\(name)\" inherits itself")
                break
            }
            line.append(next)
        }
        return line
    }

    private mutating func group(_ index: Int, house: [CompiledRule], own: [[CompiledRule]]) -> CompiledGroup {
        let line = line(of: index)
        let rules = house + line.flatMap { own[$0] }
        let declared = line.map { document.groups[$0] }
        let defaulting = declared.first { $0.defaultVerdict != nil }
        var settings = GroupSettings()
        settings.safeSearch = declared.lazy.compactMap(\.safeSearch).first ?? settings.safeSearch
        settings.youtube = declared.lazy.compactMap(\.youtube).first ?? settings.youtube
        settings.recordsURL = declared.lazy.compactMap(\.recordsURL).first ?? settings.recordsURL
        settings.allowsOpaque = declared.lazy.compactMap(\.allowsOpaque).first ?? settings.allowsOpaque
        return CompiledGroup(
            name: document.groups[index].name, rules: rules, defaultVerdict: defaulting?.defaultVerdict ?? .allow,
            defaultPath: "groups.\(defaulting?.name ?? document.groups[index].name).default", settings: settings)
    }

    private mutating func directory() -> (Directory, [Int?]) {
        var directory = Directory()
        var clientGroups: [Int?] = []
        for (index, client) in document.clients.enumerated() {
            for user in client.users where directory.clientUsers[user] == nil { directory.clientUsers[user] = index }
            for mac in client.macs { directory.clientMACs.insert(0, mac.bits, mark: 1, index) }
            for prefix in client.addresses { directory.clientPrefixes.insert(prefix, index) }
            if let group = client.group, groupIndexes[group] == nil { report(client.place, "there is no group \"\(group)\"") }
            clientGroups.append(client.group.flatMap { groupIndexes[$0] })
        }
        for (index, group) in document.groups.enumerated() {
            for user in group.users where directory.groupUsers[user] == nil { directory.groupUsers[user] = index }
            for prefix in group.addresses { directory.groupPrefixes.insert(prefix, index) }
        }
        return (directory, clientGroups)
    }
}
