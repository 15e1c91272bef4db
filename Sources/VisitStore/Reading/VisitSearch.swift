internal import GRDB
internal import PolicyCore

/// Finds visits page by page, newest first.
///
/// Where no index answers the query, spans of time are searched from the newest, each wider than the one before, until the page is full
/// or its time is up: a page then says how far it has looked instead of failing.
struct VisitSearch {
    let query: VisitQuery
    let cursor: VisitCursor?
    let limit: Int
    /// After this moment of the monotonic clock no further span is begun.
    let until: Int64

    private static let firstSpan: Int64 = 6 * 3_600_000

    func page(in database: Database) throws -> VisitPage {
        let select = try VisitSelect(query, in: database)
        if select.isEmpty { return VisitPage(rows: [], next: nil) }
        if select.isIndexed { return page(try rows(select, from: nil, before: cursor, limit: limit + 1, in: database)) }
        guard let oldest = try Int64.fetchOne(database, sql: "SELECT MIN(time) FROM visit"),
            let newest = try Int64.fetchOne(database, sql: "SELECT MAX(time) FROM visit")
        else { return VisitPage(rows: [], next: nil) }
        return try search(select, from: max(oldest, query.from?.milliseconds ?? oldest), newest: newest, in: database)
    }

    private func search(_ select: VisitSelect, from oldest: Int64, newest: Int64, in database: Database) throws -> VisitPage {
        var found: [VisitRow] = []
        var before = cursor ?? VisitCursor(milliseconds: min(newest, query.to?.milliseconds ?? newest), number: .max)
        var span = Self.firstSpan
        while before.milliseconds >= oldest {
            let (from, overflow) = before.milliseconds.subtractingReportingOverflow(span)
            let bound = overflow ? oldest : max(from, oldest)
            found += try rows(select, from: bound, before: before, limit: limit + 1 - found.count, in: database)
            if found.count > limit { return page(found) }
            before = VisitCursor(milliseconds: bound &- 1, number: .max)
            span = span.multipliedReportingOverflow(by: 4).overflow ? span : span * 4
            if SystemTime.monotonic() >= until && before.milliseconds >= oldest {
                return VisitPage(rows: found, next: before, searchedTo: Instant(milliseconds: bound))
            }
        }
        return page(found)
    }

    private func rows(
        _ select: VisitSelect, from: Int64?, before: VisitCursor?, limit: Int, in database: Database
    ) throws -> [VisitRow] {
        var select = select
        if let from { select.add("v.time >= ?", from) }
        if let before {
            select.add("v.time <= ?", before.milliseconds)
            select.add("(v.time, v.id) < (\(before.milliseconds), ?)", before.number)
        }
        let sql = select.sql(oldestFirst: false, limit: limit)
        return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(select.arguments)).map(VisitSelect.visit)
    }

    /// Rows beyond the limit only tell that there is a next page.
    private func page(_ found: [VisitRow]) -> VisitPage {
        let rows = Array(found.prefix(limit))
        guard found.count > limit, let last = rows.last, let number = last.number else { return VisitPage(rows: rows, next: nil) }
        return VisitPage(rows: rows, next: VisitCursor(milliseconds: last.time.milliseconds, number: number))
    }
}
