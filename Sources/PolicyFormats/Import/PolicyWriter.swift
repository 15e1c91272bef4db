/// Writes a plan as a policy's text, with the line that each part comes from.
struct PolicyWriter {
    private let plan: AccessPlan
    private let house: [GroupPlanner.ImportedRule]
    private let groups: [GroupPlanner.Group]
    private let report: ImportReport
    private var out = ""

    init(_ plan: AccessPlan, _ report: ImportReport) {
        var planner = GroupPlanner(plan, report)
        (house, groups) = planner.groups()
        self.plan = planner.plan
        self.report = report
    }

    /// - Parameter title: where it comes from.
    func text(title: String) -> String {
        var writer = self
        writer.head(title)
        writer.writeClients()
        writer.writeGroups()
        if !house.isEmpty {
            writer.line("\nrules:")
            for rule in house { writer.write(rule, indent: "  ") }
        }
        writer.writeSchedules()
        writer.writeLists()
        writer.writeCategories()
        return writer.out
    }

    private mutating func line(_ text: String) { out += text + "\n" }

    private mutating func head(_ title: String) {
        line("# Imported from \(PolicyWriter.comment(title)).")
        let told = report.sorted.filter { $0.outcome == .unmapped || $0.outcome == .differs }
        tell("ALLOWS MORE THAN THERE", told.filter(\.allowsMore))
        tell("Not the same as there", told.filter { !$0.allowsMore })
        line("\nweir: 1\n")
    }

    private mutating func tell(_ title: String, _ lines: [ImportLine]) {
        if lines.isEmpty { return }
        line("#")
        line("# \(title):")
        for entry in lines.prefix(500) {
            let place = ImportPlace(file: entry.file, line: entry.line).short
            line("#   \(PolicyWriter.comment("\(place): \(entry.text): \(entry.note ?? "not taken over")"))")
        }
    }

    // MARK: - Groups and rules

    private mutating func writeGroups() {
        line("groups:")
        for group in groups {
            line("  \(group.name):")
            list("addresses", group.addresses, indent: "    ")
            list("users", group.users.filter { !$0.hasPrefix(PolicyWriter.mac) }, indent: "    ")
            if plan.safeSearch.contains(group.name) { line("    safe-search: on") }
            if !group.rules.isEmpty {
                line("    rules:")
                for rule in group.rules { write(rule, indent: "      ") }
            }
            line("    default: \(group.verdict.rawValue)\(PolicyWriter.origin(group.verdictPlace))")
        }
    }

    private static let mac = "mac:"

    /// Devices known by their MAC address are clients of their group.
    private mutating func writeClients() {
        let devices = groups.map { (name: $0.name, macs: $0.users.filter { $0.hasPrefix(PolicyWriter.mac) }) }.filter { !$0.macs.isEmpty }
        if devices.isEmpty { return }
        line("clients:")
        for (name, macs) in devices {
            line("  \(name)-devices:")
            line("    group: \(name)")
            list("macs", macs.map { String($0.dropFirst(PolicyWriter.mac.count)) }, indent: "    ")
        }
        line("")
    }

    private mutating func write(_ rule: GroupPlanner.ImportedRule, indent: String) {
        line("\(indent)# \(PolicyWriter.comment("\(rule.place.short): \(rule.place.text)"))")
        let targets = rule.targets == ["all"] ? "all" : PolicyWriter.flow(rule.targets)
        line("\(indent)- \(rule.verdict.rawValue): \(targets)")
        list("except", rule.except, indent: indent + "  ")
        list("during", rule.during, indent: indent + "  ")
        list("except-during", rule.exceptDuring, indent: indent + "  ")
    }

    // MARK: - What the rules name

    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    private mutating func writeSchedules() {
        if plan.schedules.isEmpty { return }
        line("\nschedules:")
        for schedule in plan.schedules {
            line("  \(schedule.name):\(PolicyWriter.origin(schedule.place))")
            if !schedule.windows.isEmpty {
                line("    weekly:")
                for window in schedule.windows {
                    let days =
                        window.days.count == 7 ? "" : "days: [\(window.days.map { PolicyWriter.days[$0] }.joined(separator: ", "))], "
                    line("      - { \(days)from: \"\(PolicyWriter.clock(window.from))\", to: \"\(PolicyWriter.clock(window.to))\" }")
                }
            }
            // What was never open there must not be open here.
            if schedule.windows.isEmpty, schedule.dates.isEmpty { line("    dates: [\"1970-01-01\"]") }
            if !schedule.dates.isEmpty {
                let dates = schedule.dates.map { date in date.to.map { "{ from: \(date.from), to: \($0) }" } ?? "\"\(date.from)\"" }
                line("    dates: [\(dates.joined(separator: ", "))]")
            }
        }
    }

    private mutating func writeLists() {
        if plan.lists.isEmpty { return }
        line("\nlists:")
        for list in plan.lists {
            line(
                "  \(list.name): { source: \(PolicyWriter.quoted(list.source)), format: \(list.format) }\(PolicyWriter.origin(list.place))")
        }
    }

    private mutating func writeCategories() {
        if plan.categories.isEmpty { return }
        line("\ncategories:")
        for category in plan.categories {
            line("  \(category.name):\(PolicyWriter.origin(category.place))")
            if let title = category.title { line("    title: \(PolicyWriter.quoted(title))") }
            sources(category.includes, indent: "    ")
            if category.includes.isEmpty { line("    sites: []") }
            if !category.excepts.isEmpty {
                line("    except:")
                sources(category.excepts, indent: "      ")
            }
        }
    }

    private mutating func sources(_ sources: CategorySources, indent: String) {
        list("lists", sources.lists, indent: indent)
        list("sites", sources.sites, indent: indent)
        list("urls", sources.urls, indent: indent)
        list("expressions", sources.expressions, indent: indent, isLong: true)
    }

    /// On one line where it is short, else an entry a line.
    private mutating func list(_ key: String, _ items: [String], indent: String, isLong: Bool = false) {
        if items.isEmpty { return }
        let flow = PolicyWriter.flow(items)
        if !isLong, flow.utf8.count <= 100 { return line("\(indent)\(key): \(flow)") }
        line("\(indent)\(key):")
        for item in items { line("\(indent)  - \(PolicyWriter.scalar(item))") }
    }
}

// MARK: - YAML

extension PolicyWriter {
    private static func flow(_ items: [String]) -> String { "[\(items.map(scalar).joined(separator: ", "))]" }

    /// Plain where no reader of YAML can take it for anything else.
    private static func scalar(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x2e || byte == 0x2f
        }
        return isPlain && text.first?.isLetter ?? false ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return writer.text.unicodeScalars.reduce(into: "") { text, character in
            guard (0x80...0x9f).contains(character.value) || character.endsOrHidesText else { return text.unicodeScalars.append(character) }
            let digits = String(character.value, radix: 16)
            text += "\\U\(String(repeating: "0", count: 8 - digits.utf8.count))\(digits)"
        }
    }

    /// On one line, without what would end a comment or be no character of YAML.
    private static func comment(_ text: String) -> String {
        Array(text.utf8).withUnsafeBytes { bytes in
            RejectedLine.shown(UnsafeRawBufferPointer(rebasing: bytes.prefix(400)))
        }
    }

    private static func origin(_ place: ImportPlace?) -> String { place.map { "  # \(comment($0.short))" } ?? "" }

    private static func clock(_ minute: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }
}
