/// One column of a report.
public struct ReportColumn: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case text, count, bytes, minutes, percent
        /// Milliseconds since 1970, shown in the reporting zone.
        case time
        /// Seconds since 1970 at which a local hour begins; a local day where the report goes by day (``BoundName/byDay``).
        case hour
        /// Local days since 1970-01-01.
        case day
        /// 0 for Monday to 6 for Sunday.
        case weekday
        /// An hour of the clock, 0…23.
        case clock
        /// For the chart only: not shown in tables.
        case hidden
    }

    public var name: String
    /// By language; `en` is always there.
    public var title: [String: String]
    public var kind: Kind
    /// What stands for an empty cell, by language; a dash where there is none.
    public var empty: [String: String]?
    /// Where the rows behind a number are: a path below the admin site with `{column}` holes.
    public var link: String?
}

extension ReportColumn.Kind {
    /// Whether cells are set to the right.
    var isNumber: Bool {
        switch self {
        case .count, .bytes, .minutes, .percent: true
        case .text, .time, .hour, .day, .weekday, .clock, .hidden: false
        }
    }
}
