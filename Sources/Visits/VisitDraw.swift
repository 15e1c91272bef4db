public import PolicyCore

/// A running visit draws on other budgets than before: the reply's media type or the TLS name in a tunnel brought it under a limit, or another
/// rule holds for it now. What it moves from here on counts against these, in place of those before.
public struct VisitDraw: Sendable, Hashable {
    /// A budget, and what its rule is about.
    public struct Target: Sendable, Hashable {
        public var budget: BudgetKey
        /// The category that brought the traffic under the budget's rule.
        public var category: String?

        public init(budget: BudgetKey, category: String? = nil) {
            self.budget = budget
            self.category = category
        }
    }

    public var id: VisitID
    /// Minutes since 1970 (``PolicyCore/Instant/minute``).
    public var minute: Int64
    /// The last minute in which bytes moved, no later than `minute`.
    public var lastMinute: Int64
    /// Message-body bytes so far: those before this belong to what was drawn on before.
    public var up: UInt64
    public var down: UInt64
    /// None where nothing is limited any more; a tunnel that shows a second site's name may have two.
    public var targets: [Target]
    /// Whether what was learnt is traffic: the minute counts for the budgets that are new, and the page view where it is one.
    public var isTraffic: Bool
    /// Whether the visit is a page view that the budgets that are new have not counted.
    public var isPage: Bool

    public init(
        id: VisitID, minute: Int64, lastMinute: Int64, up: UInt64, down: UInt64, targets: [Target], isTraffic: Bool, isPage: Bool
    ) {
        self.id = id
        self.minute = minute
        self.lastMinute = lastMinute
        self.up = up
        self.down = down
        self.targets = targets
        self.isTraffic = isTraffic
        self.isPage = isPage
    }
}
