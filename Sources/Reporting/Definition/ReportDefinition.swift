/// One file of `reports/`: what a report asks and how it is shown. Adding a report needs no code.
public struct ReportDefinition: Sendable, Hashable {
    /// A filter beside the span of time that a report understands.
    public enum Filter: String, Sendable, Hashable, CaseIterable {
        case client, group, site, category
    }

    /// The file's name without `.yaml`.
    public var name: String
    /// By language; `en` is always there.
    public var title: [String: String]
    public var description: [String: String]
    public var filters: [Filter]
    /// Days shown where no span is asked for, today among them.
    public var defaultDays: Int
    /// One SELECT over the documented views (docs/reports-schema.md).
    ///
    /// Bound: `:first_day`, `:last_day` (both inside), `:from`, `:to` (milliseconds, `to` outside), `:from_hour`, `:to_hour` (seconds, `to`
    /// outside), `:client`, `:group`, `:site`, `:category` (NULL where not asked for) and `:limit`.
    public var sql: String
    public var columns: [ReportColumn]
    public var chart: ReportChart?
}

/// One column of a report.
public struct ReportColumn: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case text, count, bytes, minutes, percent
        /// Milliseconds since 1970, shown in the reporting zone.
        case time
        /// Seconds since 1970 at which a local hour begins.
        case hour
        /// Local days since 1970-01-01.
        case day
        /// For the chart only: not shown in tables.
        case hidden
    }

    public var name: String
    /// By language; `en` is always there.
    public var title: [String: String]
    public var kind: Kind
    /// Where the rows behind a number are: a path below the admin site with `{column}` holes.
    public var link: String?
}

/// How a report is drawn.
public struct ReportChart: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A horizontal bar a row.
        case bars
        /// A column a row, over time.
        case columns
        /// A cell a row: `x`, `y` and a value as shade.
        case heat
        /// An hour a row, its minutes as marks: `value` is an hour's bitmap.
        case minutes
    }

    public var kind: Kind
    /// The columns it takes.
    public var label: String
    public var value: String
    /// `heat`: the column of the vertical position.
    public var row: String?
    /// Drawn over `value` in the second colour, as a part of it.
    public var part: String?
}
