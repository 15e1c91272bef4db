extension RuleDeclaration {
    /// The rule in words: `Block Gambling and Adult during bedtime, except site:nhs.uk`.
    /// - Parameter title: what to call a category.
    public func sentence(title: (String) -> String) -> String {
        var text = "\(verbText) \(RuleDeclaration.joined(targets.map { $0.target.words(title: title) }))"
        if let budget { text += " to \(budget.words)" }
        if !except.isEmpty { text += ", except \(RuleDeclaration.joined(except.map { $0.target.words(title: title) }))" }
        if !during.isEmpty { text += ", during \(RuleDeclaration.joined(during.map(\.name), with: "or"))" }
        if !exceptDuring.isEmpty { text += ", not during \(RuleDeclaration.joined(exceptDuring.map(\.name), with: "or"))" }
        if !only.isEmpty { text += ", only for \(RuleDeclaration.joined(only.map(\.name)))" }
        if verb == .warn { text += ", then allow for \(warnMinutes) min" }
        if isFinal { text += " (final)" }
        return text
    }

    private var verbText: String {
        switch verb {
        case .allow: "Allow"
        case .block: "Block"
        case .warn: "Warn about"
        case .limit: "Limit"
        }
    }

    /// `a, b and c`
    static func joined(_ words: [String], with last: String = "and") -> String {
        guard let tail = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(last) \(tail)"
    }
}

extension Target {
    /// In words.
    /// - Parameter title: what to call a category.
    public func words(title: (String) -> String) -> String {
        switch self {
        case .all: "everything"
        case .uncategorized: "everything uncategorized"
        case .ipHost: "addresses instead of names"
        case .category(let name): title(name)
        case .site(let entry): entry
        case .url(let entry): entry
        case .expression(let pattern): "addresses that match \(pattern)"
        case .mediaType(let type): "\(type) replies"
        case .fileExtension(let ext): ".\(ext) files"
        case .method(let method): "\(method) requests"
        case .port(let port): "port \(port)"
        }
    }
}

extension BudgetAmount {
    /// `1 h per day`, `500 MB per week, shared by the group`.
    public var words: String {
        var text: String
        switch unit {
        case .minutes:
            let (hours, minutes) = (amount / 60, amount % 60)
            text = hours > 0 ? (minutes > 0 ? "\(hours) h \(minutes) min" : "\(hours) h") : "\(minutes) min"
        case .bytes: text = BudgetAmount.bytesText(amount)
        case .visits: text = amount == 1 ? "1 visit" : "\(amount) visits"
        }
        text += " per \(period.rawValue)"
        if resets > 0 { text += ", from \(ScheduleDeclaration.clock(resets)) on" }
        return isShared ? text + ", shared by the group" : text
    }

    private static func bytesText(_ amount: UInt64) -> String {
        for (size, unit) in [(UInt64(1_000_000_000), "GB"), (1_000_000, "MB"), (1000, "kB")] where amount % size == 0 && amount >= size {
            return "\(amount / size) \(unit)"
        }
        return "\(amount) bytes"
    }
}

extension ScheduleDeclaration {
    /// A minute of the day as people write it: `21:00`.
    public static func clock(_ minute: Int) -> String {
        let (hours, minutes) = (minute / 60, minute % 60)
        return (hours < 10 ? "0\(hours)" : "\(hours)") + (minutes < 10 ? ":0\(minutes)" : ":\(minutes)")
    }

    /// In words: `sun, mon, tue, wed, thu 21:00 to 07:00; fri, sat 22:30 to 08:00; not on holidays`.
    public var sentence: String {
        var parts = windows.map { "\($0.days.words) \(ScheduleDeclaration.clock($0.from)) to \(ScheduleDeclaration.clock($0.to))" }
        parts += dates.map(\.words)
        if !exceptDates.isEmpty || !exceptSchedules.isEmpty {
            parts.append("not " + RuleDeclaration.joined(exceptSchedules.map(\.name) + exceptDates.map(\.words), with: "or"))
        }
        if let timezone { parts.append("\(timezone) time") }
        return parts.joined(separator: "; ")
    }
}

extension DaySet {
    /// `every day`, `mon to fri`, `mon, wed`.
    public var words: String {
        let days = (0..<7).filter { contains(weekday: $0) }
        if days.count == 7 { return "every day" }
        if days.count > 2, let first = days.first, let last = days.last, last - first == days.count - 1 {
            return "\(DaySet.names[first]) to \(DaySet.names[last])"
        }
        return days.map { DaySet.names[$0] }.joined(separator: ", ")
    }
}

extension DatePattern {
    /// As policies write it: `2026-07-14`, `*-07-14`; a range as `2026-12-19 to 2027-01-04`.
    public var written: String {
        switch self {
        case .day, .range: words
        case .yearly(let month, let day): "*-\(CivilDate.padded(month))-\(CivilDate.padded(day))"
        }
    }

    /// `2026-12-19 to 2027-01-04`, `*-07-14`.
    public var words: String {
        switch self {
        case .day(let date): date.description
        case .range(let first, let last): "\(first) to \(last)"
        case .yearly(let month, let day): "every \(CivilDate.padded(month))-\(CivilDate.padded(day))"
        }
    }
}

extension CivilDate: CustomStringConvertible {
    /// `2026-07-14`
    public var description: String {
        let digits = String(year)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
            + "-\(CivilDate.padded(month))-\(CivilDate.padded(day))"
    }

    static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
