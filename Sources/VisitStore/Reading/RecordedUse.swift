internal import GRDB
public import PolicyCore

/// What budgets were used for up to a moment that is past, as the hourly roll-ups tell: minutes exactly, bytes and page views by the hour.
/// Whether a warning had been continued then is not recorded.
public struct RecordedUse: PolicyState {
    private struct Hour: Sendable {
        /// Minutes since 1970 at its start.
        var start: Int64
        var bits: UInt64
        var bytes: UInt64
        var visits: Int
    }

    private var hours: [BudgetKey: [Hour]] = [:]
    private let moment: Instant

    /// - Parameters:
    ///   - keys: the budgets that will be asked about, as ``PolicyCore/PolicySnapshot/budgetKeys(for:)`` gives them.
    ///   - moment: nothing later counts.
    public init(_ keys: [BudgetKey], at moment: Instant, in reader: some VisitReading) throws {
        self.moment = moment
        guard !keys.isEmpty else { return }
        let now = moment.milliseconds / 1_000
        hours = try reader.read { database in
            var found: [BudgetKey: [Hour]] = [:]
            for key in keys {
                let sql = """
                    SELECT x.hour, x.bits, x.bytes, x.pageviews FROM hour_budget x JOIN term t ON t.id = x.budget
                    WHERE t.kind = ? AND t.text = ? AND x.hour >= ? AND x.hour <= ? ORDER BY x.hour
                    """
                let rows = try Row.fetchAll(
                    database, sql: sql, arguments: [TermKind.budget.rawValue, BudgetText.encode(key), now &- 9 * 86_400, now])
                found[key] = rows.map { row in
                    Hour(
                        start: floorDivide(row[0] as Int64? ?? 0, 60), bits: UInt64(bitPattern: row[1] as Int64? ?? 0),
                        bytes: UInt64(bitPattern: row[2] as Int64? ?? 0), visits: Int(row[3] as Int64? ?? 0))
                }
            }
            return found
        }
    }

    public func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
        var use = BudgetUse()
        let end = min(to.minute, moment.minute &+ 1)
        for hour in hours[budget] ?? [] where hour.start < end && hour.start &+ 60 > from.minute {
            for minute in Int64(0)..<60 where hour.bits & (1 << UInt64(minute)) != 0 {
                let at = hour.start &+ minute
                guard at >= from.minute, at < end else { continue }
                use.minutes += 1
                if at == now.minute { use.currentMinuteCounted = true }
            }
            use.bytes &+= hour.bytes
            use.visits &+= hour.visits
        }
        return use
    }

    public func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool { false }
}
