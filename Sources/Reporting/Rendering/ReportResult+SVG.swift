import VisitStore

extension ReportResult {
    /// The chart, drawn on the server: accessible (a title, a description; the table beside it has the numbers), coloured by classes.
    /// - Returns: nil where the report has no chart or nothing to draw.
    public func svg(_ language: String = "en") -> String? {
        guard let chart = definition.chart, !rows.isEmpty, let label = index(of: chart.label), let value = index(of: chart.value) else {
            return nil
        }
        let plot = ChartPlot(result: self, chart: chart, label: label, value: value, language: language)
        let (width, height, body): (Double, Double, String)
        switch chart.kind {
        case .bars: (width, height, body) = plot.bars()
        case .columns: (width, height, body) = plot.columns()
        case .heat: (width, height, body) = plot.heat(row: chart.row.flatMap { index(of: $0) } ?? label)
        case .minutes: (width, height, body) = plot.minutes()
        }
        let title = Markup.escape(definition.title.text(language))
        let what = Markup.escape(definition.columns[value].title.text(language))
        return """
            <svg class="chart" role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Markup.number(width)) \(Markup.number(height))" \
            width="\(Markup.number(width))" height="\(Markup.number(height))">\
            <title>\(title)</title><desc>\(what), \(CellText.date(span.firstDay)) – \(CellText.date(span.lastDay)), \
            \(Markup.escape(span.zone.name))</desc>\(body)</svg>
            """
    }

    /// The chart as a file of its own, its style inside; a line of text where there is nothing to draw.
    public func svgFile(_ language: String = "en") -> String {
        guard let drawing = svg(language), let end = drawing.firstRange(of: "</desc>") else {
            return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 40" width="320" height="40" role="img">\
                <text x="8" y="24" font-family="sans-serif" font-size="14">\(language == "de" ? "Nichts aufgezeichnet" : "Nothing recorded")</text></svg>

                """
        }
        return drawing.replacingCharacters(after: end.upperBound, with: "<style>\(ChartStyle.chart)</style>") + "\n"
    }
}

extension String {
    fileprivate func replacingCharacters(after index: Index, with text: String) -> String { self[..<index] + text + self[index...] }
}
