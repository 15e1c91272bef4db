// Times: days of the week and dates.
extension SquidGuardImport {
    mutating func time(_ node: SquidGuardTree.Node) {
        guard node.words.count == 2 else { return report.error(node.place, "time needs a name") }
        var schedule = ImportedSchedule(name: plan.name(node.words[1], .time), place: node.place)
        for child in node.statements(SquidGuardKeys.time, report) {
            switch child.words.first {
            case "weekly": weekly(child, &schedule)
            case "date": date(child, &schedule)
            default: report.error(child.place, "\"\(child.words.joined(separator: " "))\" is neither \"weekly\" nor \"date\"")
            }
        }
        schedules[node.words[1]] = schedule.name
        plan.schedules.append(schedule)
        report.mapped(node.place, "schedule \(schedule.name)")
    }

    private func weekly(_ node: SquidGuardTree.Node, _ schedule: inout ImportedSchedule) {
        guard node.words.count > 1 else { return report.error(node.place, "weekly needs days") }
        var days: Set<Int> = []
        var times: [String] = []
        for word in node.words.dropFirst() {
            if word.contains(where: \.isNumber) || word == "-" {
                times.append(word)
            } else if let found = SquidGuardDays.days(word) {
                days.formUnion(found)
            } else {
                return report.error(node.place, "\"\(word)\" names no days")
            }
        }
        guard let windows = windows(times.joined(), days.sorted(), node.place) else { return }
        schedule.windows += windows
        report.mapped(node.place, "windows of schedule \(schedule.name)")
    }

    /// `08:00-12:00 13:00-17:00`, blanks left out; the whole day without any.
    private func windows(_ text: String, _ days: [Int], _ place: ImportPlace) -> [ImportedSchedule.Window]? {
        if text.isEmpty { return [ImportedSchedule.Window(days: days, from: 0, to: 1440)] }
        let digits = text.filter { $0.isNumber || $0 == ":" || $0 == "-" }
        var windows: [ImportedSchedule.Window] = []
        var rest = digits[...]
        while !rest.isEmpty {
            let piece = rest.prefix(11)
            let ends = piece.split(separator: "-")
            guard ends.count == 2, let from = ImportText.clock(ends[0]), let to = ImportText.clock(ends[1]) else {
                report.error(place, "\"\(text)\" is no time of day (08:00-16:30)")
                return nil
            }
            guard from < to else {
                report.error(place, "\"\(text)\": squidGuard's times do not run past midnight")
                return nil
            }
            windows.append(ImportedSchedule.Window(days: days, from: from, to: to))
            rest = rest.dropFirst(11)
        }
        return windows
    }

    private func date(_ node: SquidGuardTree.Node, _ schedule: inout ImportedSchedule) {
        guard node.words.count > 1 else { return report.error(node.place, "date needs a date") }
        let written = node.words.dropFirst().joined(separator: " ")
        guard let statement = SquidGuardDate(written) else {
            return report.error(node.place, "\"\(written)\" is no date (2026.12.24, *.12.24, 2026.12.24-2027.01.02)")
        }
        if let last = statement.last {
            guard statement.first <= last else { return report.error(node.place, "\"\(written)\" ends before it begins") }
            schedule.dates.append((statement.first, last))
        } else {
            schedule.dates += statement.days.map { ($0, nil) }
        }
        if statement.hasTimes {
            schedule.holdsLonger = true
            report.differs(node.place, nil, "a date means its whole day: the times of day behind it are left out")
        }
        report.mapped(node.place, "days of schedule \(schedule.name)")
    }
}

/// Days as squidGuard and Squid write them.
enum SquidGuardDays {
    private static let letters: [Character: Int] = ["m": 0, "t": 1, "w": 2, "h": 3, "f": 4, "a": 5, "s": 6]
    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// `mtwhf`, `*`, `fridays`, `mon,tue`: 0 for Monday; nil where it is none of these.
    static func days(_ text: String) -> [Int]? {
        let lower = text.lowercased()
        if lower == "*" { return Array(0..<7) }
        if lower.contains(",") {
            let parts = lower.split(separator: ",").map { days(String($0)) }
            return parts.allSatisfy { $0 != nil } ? parts.flatMap { $0 ?? [] } : nil
        }
        if let day = names.firstIndex(where: { lower.hasPrefix($0) }), lower == names[day] || lower.contains("day") { return [day] }
        let found = lower.map { letters[$0] }
        return found.allSatisfy { $0 != nil } && !found.isEmpty ? found.compactMap { $0 } : nil
    }

    /// Year, month and day as policies write them; nil where month or day is open or none.
    static func date(_ parts: ArraySlice<String>) -> String? {
        let parts = Array(parts)
        guard parts.count == 3, let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month), (1...31).contains(day) else {
            return nil
        }
        let text = "-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
        if parts[0] == "*" { return Quantity.date("*" + text) == nil ? nil : "*" + text }
        guard let year = Int(parts[0]), (1000...9999).contains(year), Quantity.date("\(year)" + text) != nil else { return nil }
        return "\(year)" + text
    }
}
