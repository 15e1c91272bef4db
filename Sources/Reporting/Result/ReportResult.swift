/// A report's answer: rows in the definition's columns, and whether everything in the span was recorded.
public struct ReportResult: Sendable {
    public let definition: ReportDefinition
    public let parameters: ReportParameters
    public let span: ReportSpan
    public let rows: [[ReportValue]]
    /// Whether there are more rows than were asked for.
    public let isCut: Bool
    public let complete: Bool
    /// Visits known to be missing in the span; 0 where none is, and where nobody can know how many.
    public let missing: UInt64

    /// Columns shown in tables, with their index in `rows`.
    var shown: [(index: Int, column: ReportColumn)] {
        definition.columns.enumerated().filter { $0.element.kind != .hidden }.map { ($0.offset, $0.element) }
    }

    func index(of column: String) -> Int? { definition.columns.firstIndex { $0.name == column } }

    /// Whether rows of kind `hour` are days.
    var isByDay: Bool { definition.bound.contains(.byDay) && span.isByDay }

    /// Cells in a language.
    func cells(_ language: String) -> CellText { CellText(zone: span.zone, isByDay: isByDay, words: ReportWords(language)) }
}
