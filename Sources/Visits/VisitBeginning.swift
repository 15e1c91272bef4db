public import PatternMatching
public import PolicyCore

/// What is known when a request has been decided: written to the journal before the last byte of its reply leaves.
public struct VisitBeginning: Sendable, Hashable {
    public var time: Instant
    /// The client's name: its policy entry, else its user name, else its address.
    public var client: String
    public var address: IPAddress?
    public var user: String?
    public var group: String?
    /// As sent; empty where the request line could not be read.
    public var method: String
    /// `http`, `https` (a CONNECT), `ws`; empty where unknown.
    public var scheme: String
    /// Canonical host; empty where unknown.
    public var host: String
    public var port: UInt16
    /// Path and query as sent, or nil where the group records sites only or the path is not known (tunnels). At most 16 KiB; longer is cut
    /// and ends in `…+N sha256:…`.
    public var path: String?
    public var verdict: VisitVerdict
    /// `groups.kids.rules[1]` and so on; nil for a reject.
    public var rule: String?
    public var category: String?
    /// The rule's reason, or a reject's stable code (`bad-framing`, `port-not-allowed`, …).
    public var reason: String?
    public var generation: UInt64
    /// Whether this counts as a page view (``PageView``).
    public var isPage: Bool
    public var userAgent: String?
    /// The budget this visit's traffic counts against: the decision's ``PolicyCore/Ground/budget`` where a limit allowed it, else nil. Lets
    /// the store say after a restart how much of each budget was used.
    public var budget: BudgetKey?
    /// The list whose entry put it into its category, as the policy writes it (`ut1/gambling`).
    public var list: String?

    public init(
        time: Instant, client: String, address: IPAddress?, user: String? = nil, group: String? = nil, method: String = "",
        scheme: String = "", host: String = "", port: UInt16 = 0, path: String? = nil, verdict: VisitVerdict, rule: String? = nil,
        category: String? = nil, reason: String? = nil, generation: UInt64 = 0, isPage: Bool = false, userAgent: String? = nil,
        budget: BudgetKey? = nil, list: String? = nil
    ) {
        self.time = time
        self.client = client
        self.address = address
        self.user = user
        self.group = group
        self.method = method
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        self.verdict = verdict
        self.rule = rule
        self.category = category
        self.reason = reason
        self.generation = generation
        self.isPage = isPage
        self.userAgent = userAgent
        self.budget = budget
        self.list = list
    }
}
