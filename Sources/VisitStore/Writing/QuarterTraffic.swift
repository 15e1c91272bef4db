/// What a visit did in one quarter hour of UTC.
struct QuarterTraffic: Equatable, Sendable {
    /// Quarter hours since 1970.
    var quarter: Int64
    /// Bit *m*: there was traffic in the quarter's minute *m*.
    var bits: UInt64
    var up: UInt64
    var down: UInt64
    /// Whether the visit drew on other budgets by then than at its beginning.
    var isDrawn = false

    init(quarter: Int64, bits: UInt64 = 0, up: UInt64 = 0, down: UInt64 = 0) {
        self.quarter = quarter
        self.bits = bits
        self.up = up
        self.down = down
    }

    /// The quarter a minute lies in, and its bit there.
    static func split(minute: Int64) -> (quarter: Int64, bit: UInt64) {
        let quarter = floorDivide(minute, 15)
        return (quarter, 1 << UInt64(truncatingIfNeeded: minute &- quarter &* 15))
    }
}
