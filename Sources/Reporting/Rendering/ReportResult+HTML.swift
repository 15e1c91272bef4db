import VisitStore

extension ReportResult {
    /// Chart and data table, to be put into a page: no script, no inline style; every number that has rows behind it links to them.
    /// - Parameter language: of the titles.
    public func fragment(_ language: String = "en") -> String { content(language, linked: true) }

    /// A page of its own, with its style in it and without links.
    public func html(_ language: String = "en") -> String {
        let title = Markup.escape(definition.title.text(language))
        let about = definition.description.text(language)
        let days = "\(CellText.date(span.firstDay)) – \(CellText.date(span.lastDay)), \(span.zone.name)"
        let filters = parameters.filters.compactMap { filter, value in value.map { "\(filter.rawValue): \($0)" } }
        let facts = ([days] + filters + [ReportWords(language).coverage(complete: complete, missing: missing)]).joined(separator: "; ")
        return """
            <!DOCTYPE html>
            <html lang="\(Markup.escape(language))"><head><meta charset="utf-8"><title>\(title)</title>
            <meta name="viewport" content="width=device-width"><style>\(ChartStyle.page)\(ChartStyle.chart)</style></head>
            <body><h1>\(title)</h1>\(about.isEmpty ? "" : "<p>\(Markup.escape(about))</p>")<p class="facts">\(Markup.escape(facts))</p>
            \(content(language, linked: false))</body></html>

            """
    }

    private func content(_ language: String, linked: Bool) -> String {
        let chart = svg(language).map { "<figure class=\"chart\">\($0)</figure>\n" } ?? ""
        return chart + table(language, linked: linked)
    }

    private func table(_ language: String, linked: Bool) -> String {
        let words = ReportWords(language)
        guard !rows.isEmpty else { return "<p class=\"empty\">\(words.nothing).</p>\n" }
        let cells = cells(language)
        let columns = shown
        let head = columns.map { "<th scope=\"col\"\(Self.class(of: $0.column))>\(Markup.escape($0.column.title.text(language)))</th>" }
        let body = rows.map { row in
            "<tr>"
                + columns.map { index, column in
                    let text = Markup.escape(cells.text(row[index], column))
                    let link = linked ? link(column, row) : nil
                    return "<td\(Self.class(of: column))>\(link.map { "<a href=\"\(Markup.escape($0))\">\(text)</a>" } ?? text)</td>"
                }.joined() + "</tr>\n"
        }
        let more = isCut ? "<p class=\"more\">\(words.firstRows(rows.count))</p>\n" : ""
        return """
            <div class="table"><table>
            <thead><tr>\(head.joined())</tr></thead>
            <tbody>
            \(body.joined())</tbody></table></div>
            \(more)
            """
    }

    private static func `class`(of column: ReportColumn) -> String { column.kind.isNumber ? " class=\"number\"" : "" }
}
