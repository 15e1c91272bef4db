import VisitStore

extension ReportResult {
    /// The chart, drawn on the server: accessible (a title, a description; the table beside it has the numbers), coloured by classes.
    /// - Returns: nil where the report has no chart or nothing to draw.
    public func svg(_ language: String = "en") -> String? {
        drawing(language).map { frame($0, language, style: nil) }
    }

    /// The chart as a file of its own, its style inside; a line of text where there is nothing to draw.
    public func svgFile(_ language: String = "en") -> String {
        let words = ReportWords(language)
        let nothing = rows.isEmpty ? words.nothing : definition.title.text(language)
        let text = "<text class=\"c-soft\" x=\"16\" y=\"30\">\(Markup.escape(nothing))</text>"
        return frame(drawing(language) ?? (320, 48, text), language, style: ChartStyle.chart) + "\n"
    }

    private func drawing(_ language: String) -> ChartPlot.Drawing? {
        guard let chart = definition.chart, !rows.isEmpty, let label = index(of: chart.label), let value = index(of: chart.value) else {
            return nil
        }
        let plot = ChartPlot(result: self, chart: chart, label: label, value: value, cells: cells(language))
        switch chart.kind {
        case .bars: return plot.bars()
        case .columns: return plot.columns()
        case .heat: return plot.heat(row: chart.row.flatMap { index(of: $0) } ?? label)
        case .minutes: return plot.minutes()
        }
    }

    /// - Parameter style: given where the drawing stands alone: it then has its own style, a margin and paper under it.
    private func frame(_ drawing: ChartPlot.Drawing, _ language: String, style: String?) -> String {
        let margin = style == nil ? 0.0 : 16.0
        let (width, height) = (Markup.number(drawing.width + 2 * margin), Markup.number(drawing.height + 2 * margin))
        let what = definition.chart.flatMap { index(of: $0.value) }.map { definition.columns[$0].title.text(language) } ?? ""
        let days = "\(CellText.date(span.firstDay)) – \(CellText.date(span.lastDay)), \(span.zone.name)"
        let description =
            (what.isEmpty ? "" : what + ", ") + days + "; " + ReportWords(language).coverage(complete: complete, missing: missing)
        let start = Markup.number(-margin)
        let paper = "<rect class=\"c-paper\" x=\"\(start)\" y=\"\(start)\" width=\"\(width)\" height=\"\(height)\"/>"
        return """
            <svg class="chart" role="img" xmlns="http://www.w3.org/2000/svg" viewBox="\(start) \(start) \(width) \(height)" \
            width="\(width)" height="\(height)">\
            <title>\(Markup.escape(definition.title.text(language)))</title><desc>\(Markup.escape(description))</desc>\
            \(style.map { "<style>\($0)</style>" + paper } ?? "")\(drawing.body)</svg>
            """
    }
}
