public import PolicyCore

/// What a report is asked about. Absent filters take everything.
public struct ReportParameters: Sendable, Hashable {
    /// No report gives more.
    public static let mostRows = 1_000

    /// From this moment's local day on; nil: so many days back as the report shows by default.
    public var from: Instant?
    /// To the local day that holds the last moment before this; nil: today.
    public var to: Instant?
    public var client: String?
    public var group: String?
    public var site: String?
    public var category: String?
    /// Rows, 1…1,000. Reports along time (a row an hour or a day) give their whole span whatever this says.
    public var limit: Int

    public init(
        from: Instant? = nil, to: Instant? = nil, client: String? = nil, group: String? = nil, site: String? = nil, category: String? = nil,
        limit: Int = 100
    ) {
        self.from = from
        self.to = to
        self.client = client
        self.group = group
        self.site = site
        self.category = category
        self.limit = min(max(1, limit), Self.mostRows)
    }

    var filters: [(ReportDefinition.Filter, String?)] { [(.client, client), (.group, group), (.site, site), (.category, category)] }
}
