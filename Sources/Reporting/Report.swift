import GRDB
public import PolicyCore
public import VisitStore

/// A report that can be run.
public struct Report: Sendable {
    public let definition: ReportDefinition

    public var name: String { definition.name }

    /// The title in a language, in English where it has none.
    public func title(_ language: String = "en") -> String { definition.title.text(language) }

    /// Runs the report.
    /// - Parameters:
    ///   - now: what today is.
    ///   - seconds: how long it may take.
    /// - Throws: ``ReportError`` where the report has no such filter or its SQL does not fit its columns; `VisitStoreError.deadline` where it
    ///   took longer.
    public func run(
        _ parameters: ReportParameters, on reading: any VisitReading, now: Instant, seconds: Double = 5
    ) throws -> ReportResult {
        try checkFilters(parameters)
        let span = ReportSpan(parameters, definition: definition, zone: reading.zone, now: now)
        let limit = definition.bound.contains(.limit) ? parameters.limit : ReportParameters.mostRows
        var rows = try reading.read(seconds: seconds) { try fetch($0, parameters, span, limit: limit + 1) }
        let isCut = rows.count > limit
        if isCut { rows.removeLast(rows.count - limit) }
        let coverage = try reading.coverage(from: span.from, to: span.to)
        return ReportResult(
            definition: definition, parameters: parameters, span: span, rows: rows, isCut: isCut, complete: coverage.isComplete,
            missing: coverage.missing)
    }

    private func checkFilters(_ parameters: ReportParameters) throws {
        for (filter, value) in parameters.filters where value != nil && !definition.filters.contains(filter) {
            throw ReportError.filter(report: name, filter: filter.rawValue, known: definition.filters.map(\.rawValue))
        }
    }

    private func fetch(_ database: Database, _ parameters: ReportParameters, _ span: ReportSpan, limit: Int) throws -> [[ReportValue]] {
        ReportFunctions.register(span.zone, on: database)
        let statement = try database.cachedStatement(sql: definition.sql)
        guard statement.isReadonly else { throw ReportError.definition(report: name, message: "only a SELECT is allowed") }
        try statement.setArguments(span.arguments(parameters, for: definition.bound, limit: limit))
        let names = statement.columnNames
        let places = try definition.columns.map { column in
            guard let place = names.firstIndex(of: column.name) else {
                throw ReportError.definition(report: name, message: "its SQL gives no column `\(column.name)`")
            }
            return place
        }
        var rows: [[ReportValue]] = []
        let cursor = try Row.fetchCursor(statement)
        while rows.count < limit, let row = try cursor.next() {
            rows.append(places.map { ReportValue(row[$0] as DatabaseValue) })
        }
        return rows
    }
}

extension [String: String] {
    /// The words of a language, in English where it has none.
    func text(_ language: String) -> String { self[language] ?? self["en"] ?? "" }
}
