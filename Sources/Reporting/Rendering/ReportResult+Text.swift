import VisitStore

extension ReportResult {
    /// A table for a terminal: numbers right-aligned, control characters shown as `�`.
    /// - Parameter language: of the titles.
    public func text(_ language: String = "en") -> String {
        let cells = CellText(zone: span.zone)
        let header = shown.map { $0.column.title.text(language) }
        let lines = rows.map { row in shown.map { Self.harmless(cells.text(row[$0.index], $0.column.kind)) } }
        let widths = header.indices.map { i in ([header] + lines).map { $0[i].count }.max() ?? 0 }
        let table = ([header] + lines).map { line in
            line.enumerated().map { i, cell in
                let blanks = String(repeating: " ", count: max(0, widths[i] - cell.count))
                return shown[i].column.kind == .text ? cell + blanks : blanks + cell
            }.joined(separator: "  ")
        }
        let days = "\(CellText.date(span.firstDay)) – \(CellText.date(span.lastDay)), \(span.zone.name)"
        let whole = complete ? "complete" : "\(missing) visits missing"
        return (["\(definition.title.text(language))  (\(days); \(whole))", ""] + (rows.isEmpty ? ["nothing recorded"] : table))
            .joined(separator: "\n") + "\n"
    }

    private static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "\u{fffd}" : $0
                }))
    }
}
