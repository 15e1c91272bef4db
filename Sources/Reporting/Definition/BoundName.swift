/// A name that a report's SQL may use, with `:` before it.
public enum BoundName: String, Sendable, Hashable, CaseIterable {
    /// Local days since 1970-01-01, both inside the span.
    case firstDay = "first_day"
    case lastDay = "last_day"
    /// The first day of the equally long period before the span.
    case beforeDay = "before_day"
    /// Milliseconds since 1970: the span's first moment and the first one after it.
    case from, to
    /// The same in seconds.
    case fromHour = "from_hour"
    case toHour = "to_hour"
    /// 1 where the span is too long for a row an hour, else 0.
    case byDay = "by_day"
    /// Filters; NULL where not asked for.
    case client, group, site, category
    /// Rows; a report without it gives all it has, up to 1,000.
    case limit

    /// The names used in a statement, and the first used one that is not known.
    static func used(in sql: String) -> (known: Set<BoundName>, unknown: String?) {
        var known: Set<BoundName> = []
        for match in sql.matches(of: /:([A-Za-z_][A-Za-z_0-9]*)/) {
            let word = String(match.output.1)
            guard let name = BoundName(rawValue: word) else { return (known, word) }
            known.insert(name)
        }
        return (known, nil)
    }
}
