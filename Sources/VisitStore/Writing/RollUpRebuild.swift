internal import GRDB
internal import Visits

/// Builds the roll-ups again from the visits, in the days and hours of a zone.
///
/// Where old visits were already deleted, roll-ups of days not wholly covered by visits stay as they are, in the zone they were made in.
struct RollUpRebuild {
    let zone: ReportingZone

    private static let rows: Int64 = 5_000

    /// Inside the caller's transaction.
    func run(_ database: Database) throws {
        let trimmed = try Int64.fetchOne(database, sql: "SELECT value FROM counter WHERE name = 'trimmed'")
        let firstDay = trimmed.map { zone.day(ofMinute: floorDivide($0, 60_000)) &+ 1 } ?? Int64.min
        let firstMinute = trimmed == nil ? Int64.min : zone.start(ofDay: firstDay)
        try clear(day: firstDay, hour: firstMinute == .min ? .min : firstMinute &* 60, database)
        let writer = try RollUpWriter(in: database)
        var rollUps = RollUpBatch(zone: zone)
        var turns = ShortTurns()
        var last: Int64 = 0
        while true {
            let visits = try Row.fetchAll(database, sql: Self.visits, arguments: [last, Self.rows])
            guard let end = visits.last?[0] as Int64? else { break }
            var activity: [Int64: [QuarterTraffic]] = [:]
            for row in try Row.fetchAll(database, sql: Self.activity, arguments: [last, end]) {
                activity[row[0] as Int64? ?? 0, default: []].append(Self.traffic(row))
            }
            var drawn: [Int64: [Row]] = [:]
            for row in try Row.fetchAll(database, sql: Self.drawn, arguments: [last, end]) {
                drawn[row[0] as Int64? ?? 0, default: []].append(row)
            }
            for row in visits {
                let number = row[0] as Int64? ?? 0
                add(row, activity[number], hasDrawn: drawn[number] != nil, from: firstMinute, to: &rollUps)
                for apart in drawn[number] ?? [] { add(drawn: apart, of: row, from: firstMinute, to: &rollUps) }
            }
            try writer.write(rollUps, &turns)
            rollUps.removeAll()
            last = end
        }
        try database.execute(
            sql: "INSERT INTO setting (name, value) VALUES ('zone', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            arguments: [zone.name])
    }

    private func clear(day: Int64, hour: Int64, _ database: Database) throws {
        for table in ["hour_verdict", "hour_client", "hour_category", "hour_budget"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE hour >= ?", arguments: [hour])
        }
        for table in ["day_client_site", "day_client_category", "day_client_rule", "day_list"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE day >= ?", arguments: [day])
        }
    }

    /// - Parameter hasDrawn: what it drew on is told apart.
    private func add(_ row: Row, _ activity: [QuarterTraffic]?, hasDrawn: Bool, from firstMinute: Int64, to rollUps: inout RollUpBatch) {
        let (quarter, bit) = QuarterTraffic.split(minute: floorDivide(row[1] as Int64? ?? 0, 60_000))
        let client = row[2] as Int64? ?? 0
        let site = row[3] as Int64? ?? 0
        let final = VisitGround(
            verdict: row[4] as Int64? ?? 0, rule: row[5] as Int64? ?? 0, category: row[6] as Int64? ?? 0, list: row[14] as Int64? ?? 0)
        // The grounds of the beginning are stored, whole, only where the end changed them.
        let began =
            (row[7] as Int64?).map {
                VisitGround(
                    verdict: $0, rule: row[8] as Int64? ?? 0, category: row[9] as Int64? ?? 0, list: row[15] as Int64? ?? 0)
            } ?? final
        let isAllowed = began.verdict == VisitVerdict.allow.code
        let budget = hasDrawn ? 0 : row[13] as Int64? ?? 0
        let page = row[12] as Int64? ?? 0
        if quarter &* 15 >= firstMinute {
            let counted = RollUpTotals(
                visits: 1, pageviews: page, blocked: final.verdict == VisitVerdict.block.code ? 1 : 0)
            rollUps.add(counted, quarter: quarter, client: client, site: site, ground: final, budget: budget)
        }
        let implied = QuarterTraffic(
            quarter: quarter, bits: isAllowed ? bit : 0, up: UInt64(bitPattern: row[10] as Int64? ?? 0),
            down: UInt64(bitPattern: row[11] as Int64? ?? 0))
        for traffic in activity ?? [implied] where traffic.quarter &* 15 >= firstMinute {
            if traffic.bits == 0 && traffic.up == 0 && traffic.down == 0 { continue }
            rollUps.add(
                RollUpTotals(up: traffic.up, down: traffic.down, bits: traffic.bits), quarter: traffic.quarter, client: client, site: site,
                ground: began, budget: budget)
        }
    }

    private func add(drawn row: Row, of visit: Row, from firstMinute: Int64, to rollUps: inout RollUpBatch) {
        let quarter = row[2] as Int64? ?? 0
        guard quarter &* 15 >= firstMinute else { return }
        let totals = RollUpTotals(
            pageviews: row[5] as Int64? ?? 0, up: UInt64(bitPattern: row[4] as Int64? ?? 0), bits: UInt64(bitPattern: row[3] as Int64? ?? 0)
        )
        rollUps.addDrawn(
            totals, quarter: quarter, client: visit[2] as Int64? ?? 0, budget: row[1] as Int64? ?? 0, rule: row[6] as Int64?,
            category: row[7] as Int64? ?? 0)
    }

    private static func traffic(_ row: Row) -> QuarterTraffic {
        QuarterTraffic(
            quarter: row[1] as Int64? ?? 0, bits: UInt64(bitPattern: row[2] as Int64? ?? 0), up: UInt64(bitPattern: row[3] as Int64? ?? 0),
            down: UInt64(bitPattern: row[4] as Int64? ?? 0))
    }

    static let visits = """
        SELECT v.id, v.time, v.client, h.site, v.verdict, v.rule, v.category, v.began_verdict, v.began_rule, v.began_category, v.up, v.down,
            v.is_page, v.budget, v.list, v.began_list
        FROM visit v LEFT JOIN host h ON h.id = v.host WHERE v.id > ? ORDER BY v.id LIMIT ?
        """
    static let drawn = """
        SELECT visit, budget, quarter, bits, bytes, pageviews, rule, category FROM drawn WHERE visit > ? AND visit <= ?
        """
    static let activity = "SELECT visit, quarter, bits, up, down FROM activity WHERE visit > ? AND visit <= ?"
}
