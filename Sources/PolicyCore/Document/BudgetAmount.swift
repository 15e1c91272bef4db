/// How much a `limit` allows: `1h per day`, `500MB per day`, `20 visits per week`.
public struct BudgetAmount: Sendable, Hashable, Codable {
    public enum Unit: String, Sendable, Codable, CaseIterable {
        case minutes, bytes, visits
    }

    public enum Period: String, Sendable, Codable, CaseIterable {
        case hour, day, week
    }

    public var amount: UInt64
    public var unit: Unit
    public var period: Period
    /// The minute of the local day at which days (and Mondays) begin for this budget.
    public var resets: Int
    /// Per group instead of per client.
    public var isShared: Bool

    public init(amount: UInt64, unit: Unit, period: Period, resets: Int = 0, isShared: Bool = false) {
        self.amount = amount
        self.unit = unit
        self.period = period
        self.resets = min(max(resets, 0), 1439)
        self.isShared = isShared
    }
}
