public import PolicyCore
public import Visits

/// What is looked for among visits: every part given must hold.
public struct VisitQuery: Sendable, Hashable {
    /// From this moment on.
    public var from: Instant?
    /// Before this moment.
    public var to: Instant?
    public var client: String?
    public var group: String?
    /// Registrable site.
    public var site: String?
    /// Canonical host.
    public var host: String?
    public var category: String?
    public var verdict: VisitVerdict?
    public var rule: String?
    /// A list as the policy writes it: `ads`, `ut1/gambling`.
    public var list: String?
    /// Found anywhere in host and path, ASCII case aside.
    public var text: String?

    public init(
        from: Instant? = nil, to: Instant? = nil, client: String? = nil, group: String? = nil, site: String? = nil, host: String? = nil,
        category: String? = nil, verdict: VisitVerdict? = nil, rule: String? = nil, list: String? = nil, text: String? = nil
    ) {
        self.from = from
        self.to = to
        self.client = client
        self.group = group
        self.site = site
        self.host = host
        self.category = category
        self.verdict = verdict
        self.rule = rule
        self.list = list
        self.text = text
    }
}

/// Where a page of visits ended: the next one begins after it. Its text is safe in a URL.
public struct VisitCursor: Sendable, Hashable, LosslessStringConvertible {
    public var milliseconds: Int64
    public var number: Int64

    public init(milliseconds: Int64, number: Int64) {
        self.milliseconds = milliseconds
        self.number = number
    }

    /// Reads `milliseconds.number`.
    public init?(_ description: String) {
        let parts = description.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let number = Int64(parts[1]) else { return nil }
        self.init(milliseconds: milliseconds, number: number)
    }

    public var description: String { "\(milliseconds).\(number)" }
}

/// Some visits, newest first.
public struct VisitPage: Sendable {
    public var rows: [VisitRow]
    /// Give it to ask for the next page; nil where there is none.
    public var next: VisitCursor?
    /// Set where the search stopped at its deadline: everything from this moment on was looked at, `next` goes on before it.
    public var searchedTo: Instant?

    public init(rows: [VisitRow], next: VisitCursor?, searchedTo: Instant? = nil) {
        self.rows = rows
        self.next = next
        self.searchedTo = searchedTo
    }
}
