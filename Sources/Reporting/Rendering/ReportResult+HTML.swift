import VisitStore

extension ReportResult {
    /// Chart and data table, to be put into a page: no script, no inline style; every number that has rows behind it links to them.
    /// - Parameter language: of the titles.
    public func fragment(_ language: String = "en") -> String {
        let chart = svg(language).map { "<figure class=\"chart\">\($0)</figure>\n" } ?? ""
        return chart + table(language)
    }

    /// A page of its own, with its style in it.
    public func html(_ language: String = "en") -> String {
        let title = Markup.escape(definition.title.text(language))
        let days = "\(CellText.date(span.firstDay)) – \(CellText.date(span.lastDay))"
        let whole = complete ? "complete" : "\(missing) visits missing"
        return """
            <!DOCTYPE html>
            <html lang="\(Markup.escape(language))"><head><meta charset="utf-8"><title>\(title)</title>
            <meta name="viewport" content="width=device-width"><style>\(ChartStyle.page)\(ChartStyle.chart)</style></head>
            <body><h1>\(title)</h1><p>\(days), \(Markup.escape(span.zone.name)); \(whole)</p>
            \(fragment(language))</body></html>

            """
    }

    private func table(_ language: String) -> String {
        guard !rows.isEmpty else { return "<p class=\"empty\">\(language == "de" ? "Nichts aufgezeichnet." : "Nothing recorded.")</p>\n" }
        let cells = CellText(zone: span.zone)
        let head = shown.map { "<th scope=\"col\"\(Self.class(of: $0.column))>\(Markup.escape($0.column.title.text(language)))</th>" }
            .joined()
        let body = rows.map { row in
            "<tr>"
                + shown.map { index, column in
                    let text = Markup.escape(cells.text(row[index], column.kind))
                    let linked = link(column, row).map { "<a href=\"\(Markup.escape($0))\">\(text)</a>" } ?? text
                    return "<td\(Self.class(of: column))>\(linked)</td>"
                }.joined() + "</tr>\n"
        }.joined()
        return "<div class=\"table\"><table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(body)</tbody></table></div>\n"
    }

    private static func `class`(of column: ReportColumn) -> String {
        switch column.kind {
        case .count, .bytes, .minutes, .percent: " class=\"number\""
        default: ""
        }
    }

    /// The link with its holes filled, the span added; nil where there is none or the cell is empty.
    private func link(_ column: ReportColumn, _ row: [ReportValue]) -> String? {
        guard var link = column.link, let index = index(of: column.name), row[index] != .none, row[index] != .integer(0) else { return nil }
        for (i, other) in definition.columns.enumerated() where link.contains("{\(other.name)}") {
            let text: String
            switch row[i] {
            case .none: return nil
            case .text(let value): text = value
            case .integer(let value): text = other.kind == .day ? CellText.date(value) : "\(value)"
            case .real(let value): text = "\(value)"
            }
            link = link.replacing("{\(other.name)}", with: Markup.query(text))
        }
        if !link.contains("from=") {
            link += (link.contains("?") ? "&" : "?") + "from=\(CellText.date(span.firstDay))&to=\(CellText.date(span.lastDay))"
        }
        for (key, value) in [("client", parameters.client), ("site", parameters.site), ("category", parameters.category)] {
            if let value, link.hasPrefix("/visits"), !link.contains("\(key)=") { link += "&\(key)=\(Markup.query(value))" }
        }
        return link
    }
}
