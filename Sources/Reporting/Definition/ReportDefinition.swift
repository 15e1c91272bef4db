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
    /// One SELECT over the documented views, with the names bound that docs/reports-schema.md lists.
    public var sql: String
    /// The bound names it uses.
    public var bound: Set<BoundName>
    public var columns: [ReportColumn]
    public var chart: ReportChart?
}
