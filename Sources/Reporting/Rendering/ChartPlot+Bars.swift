extension ChartPlot {
    private static let mostBars = 20

    /// The first twenty rows as horizontal bars, in their order: the name before, the amount after.
    func bars() -> Drawing {
        let rows = Array(result.rows.prefix(Self.mostBars))
        let step = 26.0
        let top = second == nil ? 4.0 : 28.0
        let left = min(260, max(60, rows.map { ChartText.width(text($0, label)) }.max() ?? 0)) + 12
        let right = min(200, rows.map { ChartText.width(text($0, value)) }.max() ?? 0) + 12
        let scale = (Self.width - left - right) / max(rows.map(height).max() ?? 0, 1)
        var body = legend(x: left, y: 4)
        for (i, row) in rows.enumerated() {
            let y = top + Double(i) * step
            body += words(ChartText.fit(text(row, label), left - 10), left - 8, y + 15, "c-text", .end)
            let (drawn, end) = bar(row, x: left, y: y + 3, height: step - 8, scale: scale)
            body += drawn + words(ChartText.fit(text(row, value), right), left + end + 6, y + 15, "c-soft", .start)
        }
        return (Self.width, top + Double(rows.count) * step + 4, body)
    }

    /// One row's bar or bars, and how far they reach. Even the smallest amount is seen.
    private func bar(_ row: [ReportValue], x: Double, y: Double, height: Double, scale: Double) -> (body: String, end: Double) {
        let long = { (amount: Double) in amount > 0 ? max(1.5, amount * scale) : 0 }
        let first = long(amount(row, value))
        let second = second.map { long(amount(row, $0)) } ?? 0
        let tip = tip(row)
        if chart.beside != nil {
            let main = rectangle(x, y, first, height * 0.6, "c-1", tip: tip, round: 2)
            return (main + rectangle(x, y + height * 0.65, second, height * 0.35, "c-2", tip: tip, round: 1), max(first, second))
        }
        let main = rectangle(x, y, first, height, "c-1", tip: tip, round: 2)
        guard second > 0 else { return (main, first) }
        if chart.plus != nil { return (main + rectangle(x + first, y, second, height, "c-2", tip: tip, round: 2), first + second) }
        return (main + rectangle(x, y, min(second, first), height, "c-2", tip: tip, round: 2), first)
    }
}
