internal import GRDB
internal import PolicyCore
internal import Visits

/// Stores what visits drew on that is not the budget they began with. Few do.
final class DrawnSaver {
    private let interner: Interner
    private let addDrawn: SQLStatement, drawOpen: SQLStatement

    init(_ interner: Interner, in database: Database) throws {
        self.interner = interner
        addDrawn = try SQLStatement(WritingSQL.addDrawn, in: database)
        drawOpen = try SQLStatement(WritingSQL.drawOpen, in: database)
    }

    /// Call before the visit's traffic is saved.
    /// - Parameter boot: its number.
    func save(_ visit: RunningVisit, boot: Int64, _ rollUps: inout RollUpBatch, in database: Database) throws {
        guard let draws = visit.draws, let number = visit.number else { return }
        if !visit.isBudgetApart { try setBudgetApart(visit, number, database) }
        for drawn in visit.freshDrawn {
            let budget = try interner.term(.budget, BudgetText.encode(drawn.target.budget)) ?? 0
            let rule = try interner.term(.rule, drawn.target.budget.rule) ?? 0
            let category = try interner.term(.category, drawn.target.category) ?? 0
            let totals = RollUpTotals(pageviews: drawn.pages, up: drawn.bytes, bits: drawn.bits)
            rollUps.addDrawn(totals, quarter: drawn.quarter, client: visit.client, budget: budget, rule: rule, category: category)
            try add(number, budget, drawn.quarter, totals, rule: rule, category: category)
        }
        visit.freshDrawn.removeAll()
        guard visit.areDrawsFresh, visit.end == nil else { return }
        try drawOpen.bind(StoredDraws(draws).text).bind(boot).bind(Int64(visit.id.stream)).bind(Int64(bitPattern: visit.id.sequence)).run()
        visit.areDrawsFresh = false
    }

    /// What the beginning's budget has of it is in the roll-ups, and can be told from the visit's traffic only until others are drawn on.
    private func setBudgetApart(_ visit: RunningVisit, _ number: Int64, _ database: Database) throws {
        visit.isBudgetApart = true
        guard visit.budget != 0 else { return }
        var traffic = visit.fresh.filter { !$0.isDrawn }
        if visit.hasActivity {
            let sql = "SELECT quarter, bits, up, down FROM activity WHERE visit = ?"
            for row in try Row.fetchAll(database, sql: sql, arguments: [number]) {
                traffic.append(
                    QuarterTraffic(
                        quarter: row[0] as Int64? ?? 0, bits: UInt64(bitPattern: row[1] as Int64? ?? 0),
                        up: UInt64(bitPattern: row[2] as Int64? ?? 0), down: UInt64(bitPattern: row[3] as Int64? ?? 0)))
            }
        } else {
            var first = visit.implied
            (first.up, first.down) = (visit.savedUp, visit.savedDown)
            traffic.append(first)
        }
        for quarter in traffic {
            let totals = RollUpTotals(up: quarter.up, down: quarter.down, bits: quarter.bits)
            try add(number, visit.budget, quarter.quarter, totals, rule: nil, category: nil)
        }
        let page = RollUpTotals(pageviews: visit.beginning.isPage ? 1 : 0)
        try add(number, visit.budget, visit.implied.quarter, page, rule: nil, category: nil)
    }

    private func add(_ visit: Int64, _ budget: Int64, _ quarter: Int64, _ totals: RollUpTotals, rule: Int64?, category: Int64?) throws {
        try addDrawn.bind(visit).bind(budget).bind(quarter).bind(Int64(bitPattern: totals.bits))
            .bind(Int64(bitPattern: totals.up &+ totals.down)).bind(totals.pageviews).bind(rule).bind(category).run()
    }
}
