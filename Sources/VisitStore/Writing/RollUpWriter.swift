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
        for (key, totals) in batch.hourVerdict {
            try hourVerdict.bind(key.hour).bind(key.id).bind(totals.visits).bind(totals.pageviews)
                .bind(Int64(bitPattern: totals.up)).bind(Int64(bitPattern: totals.down)).bind(Int64(bitPattern: totals.bits)).run()
        }
        try writeHours(batch.hourClient, hourClient)
        try writeHours(batch.hourCategory, hourCategory)
        for (key, totals) in batch.hourBudget {
            try hourBudget.bind(key.hour).bind(key.id).bind(totals.pageviews).bind(Int64(bitPattern: totals.up &+ totals.down))
                .bind(Int64(bitPattern: totals.bits)).run()
        }
        try writeDays(batch.dayClientSite, dayClientSite, &turns)
        try writeDays(batch.dayClientCategory, dayClientCategory, &turns)
        for (key, totals) in batch.dayClientRule {
            try dayClientRule.bind(key.day).bind(key.client).bind(key.id).bind(key.verdict).bind(totals.visits).bind(totals.pageviews)
                .bind(Int64(bitPattern: totals.up)).bind(Int64(bitPattern: totals.down)).bind(minutes(key, totals)).run()
        }
        for (key, totals) in batch.dayList {
            try dayList.bind(key.day).bind(key.list).bind(key.verdict).bind(totals.visits).bind(totals.pageviews).run()
        }
    }

    private func writeHours(_ rows: [HourKey: RollUpTotals], _ statement: SQLStatement) throws {
        for (key, totals) in rows {
            try statement.bind(key.hour).bind(key.id).bind(totals.visits).bind(totals.pageviews).bind(totals.blocked)
                .bind(Int64(bitPattern: totals.up)).bind(Int64(bitPattern: totals.down)).bind(Int64(bitPattern: totals.bits)).run()
        }
    }

    private func writeDays(_ rows: [DayKey: RollUpTotals], _ statement: SQLStatement, _ turns: inout ShortTurns) throws {
        for (key, totals) in rows {
            try statement.bind(key.day).bind(key.client).bind(key.id).bind(totals.visits).bind(totals.pageviews).bind(totals.blocked)
                .bind(Int64(bitPattern: totals.up)).bind(Int64(bitPattern: totals.down)).bind(minutes(key, totals)).run()
            turns.step()
        }
    }

    private func minutes(_ key: DayKey, _ totals: RollUpTotals) -> [UInt8] {
        DayMinutes(hour: key.hourOfDay, bits: totals.bits).packed
    }
}
