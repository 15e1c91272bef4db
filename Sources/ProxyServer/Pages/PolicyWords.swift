import PolicyCore

/// A snapshot's names, rules, moments and amounts in a reader's language.
struct PolicyWords {
    let snapshot: PolicySnapshot
    let catalogue: MessageCatalogue

    init(_ snapshot: PolicySnapshot, _ catalogue: MessageCatalogue) {
        self.snapshot = snapshot
        self.catalogue = catalogue
    }

    /// A category's title.
    func category(_ name: String) -> String {
        name == "uncategorized" ? catalogue.text("uncategorized") : snapshot.title(ofCategory: name)
    }

    /// `a, b and c`.
    func joined(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(catalogue.text("list.and")) \(last)"
    }
}

extension PolicyWords {
    /// RFC 3339, on the policy's wall clock.
    func stamp(_ moment: Instant) -> String { moment.rfc3339(in: snapshot.zone) }

    /// A moment as people say it, on the policy's wall clock: `today at 21:00`, `on Friday at 07:00`.
    func moment(_ moment: Instant, from now: Instant) -> String {
        let clock = snapshot.zone.wallClock(at: moment)
        let today = snapshot.zone.wallClock(at: now).day
        let weekday = catalogue.text("weekday.\(CivilDate.weekday(ofDay: clock.day))")
        var values = ["clock": Self.clock(clock.minute), "weekday": weekday]
        switch clock.day &- today {
        case 0: return catalogue.text("moment.today", values)
        case 1: return catalogue.text("moment.tomorrow", values)
        case -1: return catalogue.text("moment.yesterday", values)
        case 2...6: return catalogue.text("moment.week", values)
        default:
            let date = CivilDate(days: clock.day)
            values["day"] = String(date.day)
            values["month"] = catalogue.text("month.\(date.month)")
            values["date"] = catalogue.text("date", values)
            return catalogue.text("moment.date", values)
        }
    }

    /// `21:00`.
    private static func clock(_ minute: Int) -> String {
        let parts = [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : String($0) }
        return parts.joined(separator: ":")
    }

    /// `2 hours 5 minutes`; seconds make a minute more, days are told without minutes.
    func duration(_ milliseconds: Int64) -> String {
        let minutes = max(0, milliseconds.addingReportingOverflow(59_999).overflow ? .max : milliseconds &+ 59_999) / 60_000
        let parts: [(String, Int64)] =
            minutes >= 2 * 1440
            ? [("days", minutes / 1440), ("hours", minutes % 1440 / 60)] : [("hours", minutes / 60), ("minutes", minutes % 60)]
        let said = parts.filter { $0.1 > 0 }.map { catalogue.count($0.0, $0.1) }
        return said.isEmpty ? catalogue.count("minutes", 0) : said.joined(separator: " ")
    }

    /// An amount of a budget.
    func amount(_ amount: UInt64, _ unit: BudgetAmount.Unit) -> String {
        switch unit {
        case .minutes: duration(Int64(clamping: amount.multipliedReportingOverflow(by: 60_000).partialValue))
        case .visits: catalogue.count("visits", Int64(clamping: amount))
        case .bytes: Self.bytes(amount)
        }
    }

    /// `1.5 GB`: decimal units, one digit after the point.
    private static func bytes(_ amount: UInt64) -> String {
        for (size, unit) in [(UInt64(1_000_000_000), "GB"), (1_000_000, "MB"), (1000, "kB")] where amount >= size {
            let tenths = amount / (size / 10)
            return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return "\(amount) B"
    }
}
