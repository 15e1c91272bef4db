internal import GRDB

/// Writes a batch's sums into the roll-up tables.
final class RollUpWriter {
    private let hourVerdict: SQLStatement, hourClient: SQLStatement, hourCategory: SQLStatement, hourBudget: SQLStatement
    private let dayClientSite: SQLStatement, dayClientCategory: SQLStatement, dayClientRule: SQLStatement, dayList: SQLStatement

    init(in database: Database) throws {
        hourVerdict = try SQLStatement(WritingSQL.hourVerdict, in: database)
        hourClient = try SQLStatement(WritingSQL.hourClient, in: database)
        hourCategory = try SQLStatement(WritingSQL.hourCategory, in: database)
        hourBudget = try SQLStatement(WritingSQL.hourBudget, in: database)
        dayClientSite = try SQLStatement(WritingSQL.dayClientSite, in: database)
        dayClientCategory = try SQLStatement(WritingSQL.dayClientCategory, in: database)
        dayClientRule = try SQLStatement(WritingSQL.dayClientRule, in: database)
        dayList = try SQLStatement(WritingSQL.dayList, in: database)
    }

    func write(_ batch: RollUpBatch, _ turns: inout ShortTurns) throws {
        for (key, totals) in batch.hourVerdict.rows {
            try hourVerdict.bind(key.hour).bind(key.id).bind(totals.visits).bind(totals.pageviews)
                .bind(Int64(bitPattern: totals.up)).bind(Int64(bitPattern: totals.down)).bind(Int64(bitPattern: totals.bits)).run()
        }
        try writeHours(batch.hourClient, hourClient)
        try writeHours(batch.hourCategory, hourCategory)
        for (key, totals) in batch.hourBudget.rows {
            try hourBudget.bind(key.hour).bind(key.id).bind(totals.pageviews).bind(Int64(bitPattern: totals.up &+ totals.down))
                .bind(Int64(bitPattern: totals.bits)).run()
        }
        try writeDays(batch.dayClientSite, dayClientSite, &turns)
        try writeDays(batch.dayClientCategory, dayClientCategory, &turns)
        for (key, totals) in batch.dayClientRule.rows {
            try dayClientRule.bind(key.day).bind(key.client).bind(key.id).bind(key.verdict).bind(totals.visits).bind(totals.pageviews)
                .bind(Int64(bitPattern: totals.up)).bind(Int64(bitPattern: totals.down)).minutes(key, totals).run()
        }
        for (key, totals) in batch.dayList.rows {
            try dayList.bind(key.day).bind(key.list).bind(key.verdict).bind(totals.visits).bind(totals.pageviews).run()
        }
    }

    private func writeHours(_ table: SumTable<HourKey>, _ statement: SQLStatement) throws {
        for (key, totals) in table.rows {
            try statement.bind(key.hour).bind(key.id).bind(totals.visits).bind(totals.pageviews).bind(totals.blocked)
                .bind(Int64(bitPattern: totals.up)).bind(Int64(bitPattern: totals.down)).bind(Int64(bitPattern: totals.bits)).run()
        }
    }

    private func writeDays(_ table: SumTable<DayKey>, _ statement: SQLStatement, _ turns: inout ShortTurns) throws {
        for (key, totals) in table.rows {
            try statement.bind(key.day).bind(key.client).bind(key.id).bind(totals.visits).bind(totals.pageviews).bind(totals.blocked)
                .bind(Int64(bitPattern: totals.up)).bind(Int64(bitPattern: totals.down)).minutes(key, totals).run()
            turns.step()
        }
    }
}

extension SQLStatement {
    /// Binds the next parameter to the packed minutes of one hour, as ``DayMinutes/packed`` has them.
    fileprivate func minutes(_ key: DayKey, _ totals: RollUpTotals) -> SQLStatement {
        guard totals.bits != 0, (0..<32).contains(key.hourOfDay) else { return withUnsafeBytes(of: UInt32(0)) { bind(blob: $0) } }
        let mask = (UInt32(1) << UInt32(key.hourOfDay)).littleEndian
        // Twelve bytes: the mask, then the hour's bits in two halves.
        let packed = (
            mask, UInt32(truncatingIfNeeded: totals.bits).littleEndian, UInt32(truncatingIfNeeded: totals.bits >> 32).littleEndian
        )
        return withUnsafeBytes(of: packed) { bind(blob: $0) }
    }
}
