import VisitStore

extension ReportResult {
    /// A table for a terminal: numbers right-aligned, control characters shown as `�`.
    /// - Parameter language: of the titles.
    public func text(_ language: String = "en") -> String {
        let cells = cells(language)
        let columns = shown
        let words = ReportWords(language)
        let header = columns.map { $0.column.title.text(language) }
        let lines = rows.map { row in columns.map { Self.harmless(cells.text(row[$0.index], $0.column)) } }
        let widths = header.indices.map { i in ([header] + lines).map { $0[i].count }.max() ?? 0 }
        let table = ([header] + lines).map { line in
            line.enumerated().map { i, cell in
                let blanks = String(repeating: " ", count: max(0, widths[i] - cell.count))
                return columns[i].column.kind.isNumber ? blanks + cell : cell + (i == columns.count - 1 ? "" : blanks)
            }.joined(separator: "  ")
        }
        let days = "\(CellText.date(span.firstDay)) – \(CellText.date(span.lastDay)), \(span.zone.name)"
        let title = "\(definition.title.text(language))  (\(days); \(words.coverage(complete: complete, missing: missing)))"
        let more = isCut ? ["", words.firstRows(rows.count)] : []
        return ([title, ""] + (rows.isEmpty ? [words.nothing] : table) + more).joined(separator: "\n") + "\n"
    }

    private static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "\u{fffd}" : $0
                }))
    }
}
