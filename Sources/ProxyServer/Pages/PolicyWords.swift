import PolicyCore

/// A snapshot's names, moments and lengths of time in a reader's language.
struct PolicyWords {
    private let catalogue: MessageCatalogue

    init(_ snapshot: PolicySnapshot, _ catalogue: MessageCatalogue) { self.catalogue = catalogue }

    /// A category's title.
    func category(_ name: String) -> String { name == "uncategorized" ? catalogue.text("uncategorized") : name }

    /// A moment as people say it.
    func moment(_ moment: Instant, from now: Instant) -> String { stamp(moment) }

    /// RFC 3339.
    func stamp(_ moment: Instant) -> String { String(moment.milliseconds / 1000) }

    /// `2 hours 5 minutes`; minutes are rounded up, days told without minutes.
    func duration(_ milliseconds: Int64) -> String {
        let minutes = max(0, milliseconds &+ 59_999) / 60_000
        let parts: [(String, Int64)] =
            minutes >= 2 * 1440
            ? [("days", minutes / 1440), ("hours", minutes % 1440 / 60)] : [("hours", minutes / 60), ("minutes", minutes % 60)]
        let said = parts.filter { $0.1 > 0 }.map { catalogue.count($0.0, $0.1) }
        return said.isEmpty ? catalogue.count("minutes", 0) : said.joined(separator: " ")
    }
}
