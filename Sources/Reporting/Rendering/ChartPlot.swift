import PolicyCore

/// Draws one chart: gives its size and the elements inside. Colours and fonts are classes' (``ChartStyle``).
struct ChartPlot {
    typealias Drawing = (width: Double, height: Double, body: String)

    /// Where a text stands to its point.
    enum Anchor: String {
        case start, middle, end
    }

    /// The width of every chart.
    static let width = 720.0

    let result: ReportResult
    let chart: ReportChart
    /// Columns' places in a row.
    let label: Int
    let value: Int
    let cells: CellText

    var zoneCells: CellText { CellText(zone: result.span.zone, words: cells.words) }
    var second: Int? { (chart.part ?? chart.plus ?? chart.beside).flatMap { result.index(of: $0) } }
    var kind: ReportColumn.Kind { column(value).kind }

    func column(_ index: Int) -> ReportColumn { result.definition.columns[index] }

    /// A row's amount for drawing: none and less than nothing are nothing.
    func amount(_ row: [ReportValue], _ index: Int) -> Double { max(0, row[index].number ?? 0) }

    func text(_ row: [ReportValue], _ index: Int) -> String { cells.text(row[index], column(index)) }

    /// The tallest a row is drawn.
    func height(_ row: [ReportValue]) -> Double {
        guard let second else { return amount(row, value) }
        if chart.plus != nil { return amount(row, value) + amount(row, second) }
        return max(amount(row, value), amount(row, second))
    }

    /// What a row says where a pointer rests on it.
    func tip(_ row: [ReportValue]) -> String {
        var tip = "\(text(row, label)): \(text(row, value))"
        if let second { tip += ", \(column(second).title.text(cells.words.language)): \(text(row, second))" }
        return tip
    }

    /// Which colour is what, where there are two; nothing otherwise.
    func legend(x: Double, y: Double) -> String {
        guard let second else { return "" }
        var body = ""
        var x = x
        for (index, style) in [(value, "c-1"), (second, "c-2")] {
            let title = column(index).title.text(cells.words.language)
            body += rectangle(x, y, 10, 10, style) + words(title, x + 15, y + 9.5, "c-soft", .start)
            x += 15 + ChartText.width(title) + 18
        }
        return body
    }

    func words(_ text: String, _ x: Double, _ y: Double, _ style: String, _ anchor: Anchor) -> String {
        """
        <text class="\(style)" x="\(Markup.number(x))" y="\(Markup.number(y))" text-anchor="\(anchor.rawValue)">\(Markup.escape(text))</text>
        """
    }

    func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        """
        <line class="c-grid" x1="\(Markup.number(x1))" y1="\(Markup.number(y1))" x2="\(Markup.number(x2))" y2="\(Markup.number(y2))"/>
        """
    }

    /// - Parameter tip: said where a pointer rests on it.
    func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, tip: String? = nil, round: Double = 0
    ) -> String {
        let place =
            "x=\"\(Markup.number(x))\" y=\"\(Markup.number(y))\" width=\"\(Markup.number(width))\" height=\"\(Markup.number(height))\""
        let corners = round > 0 ? " rx=\"\(Markup.number(round))\"" : ""
        guard let tip else { return "<rect class=\"\(style)\" \(place)\(corners)/>" }
        return "<rect class=\"\(style)\" \(place)\(corners)><title>\(Markup.escape(tip))</title></rect>"
    }
}
