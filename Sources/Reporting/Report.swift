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
    /// - Throws: `VisitStoreError.deadline` where it took longer; `VisitStoreError.database` where the definition's SQL is wrong.
    public func run(
        _ parameters: ReportParameters, on reading: any VisitReading, now: Instant, seconds: Double = 5
    ) throws -> ReportResult {
        let span = ReportSpan(parameters, definition: definition, zone: reading.zone, now: now)
        let rows = try reading.read(seconds: seconds) { database in
            ReportFunctions.register(reading.zone, on: database)
            let statement = try database.cachedStatement(sql: definition.sql)
            guard statement.isReadonly else { throw VisitStoreError.database("report \(name): only a SELECT is allowed") }
            try statement.setArguments(span.arguments(parameters, of: statement))
            var rows: [[ReportValue]] = []
            let cursor = try Row.fetchCursor(statement)
            while rows.count < parameters.limit, let row = try cursor.next() {
                try rows.append(definition.columns.map { try value(row, $0) })
            }
            return rows
        }
        let coverage = try reading.coverage(from: span.from, to: span.to)
        return ReportResult(
            definition: definition, parameters: parameters, span: span, rows: rows, complete: coverage.isComplete, missing: coverage.missing
        )
    }

    private func value(_ row: Row, _ column: ReportColumn) throws -> ReportValue {
        guard row.hasColumn(column.name) else {
            throw VisitStoreError.database("report \(name): its SQL gives no column `\(column.name)`")
        }
        switch (row[column.name] as DatabaseValue).storage {
        case .null: return .none
        case .int64(let number): return .integer(number)
        case .double(let number): return .real(number)
        case .string(let text): return .text(text)
        case .blob: return .none
        }
    }
}

extension [String: String] {
    /// The words of a language, in English where it has none.
    func text(_ language: String) -> String { self[language] ?? self["en"] ?? "" }
}
