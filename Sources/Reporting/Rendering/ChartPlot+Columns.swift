extension ChartPlot {
    /// Room for the legend.
    private static let columnsTop = 32.0

    /// A column a row along the whole span, so that hours and days without a row are seen as such.
    func columns() -> Drawing {
        let scale = ChartScale(most: result.rows.map(height).max() ?? 0, kind: kind)
        let top = Self.columnsTop
        let bottom = top + 180
        let names = scale.ticks.map { axisText($0) }
        let left = (names.map { ChartText.width($0) }.max() ?? 0) + 12
        let right = Self.width - 16
        let axis = ChartAxis(result: result, isHours: column(label).kind == .hour && !result.isByDay, cells: cells)
        let step = (right - left) / Double(max(axis.count, 1))
        let thick = min(step > 4 ? step * 0.76 : max(step - 0.4, 0.6), 44)
        var body = legend(x: left, y: 6)
        for (tick, name) in zip(scale.ticks, names) {
            let y = bottom - Double(tick) / Double(scale.top) * (bottom - top)
            body += line(left, y, right, y) + words(name, left - 6, y + 4, "c-soft", .end)
        }
        let unit = (bottom - top) / Double(scale.top)
        for row in result.rows {
            guard case .integer(let key) = row[label], let place = axis.place(of: key) else { continue }
            body += column(row, x: left + (Double(place) + 0.5) * step - thick / 2, thick: thick, bottom: bottom, unit: unit)
        }
        for (place, text) in axis.captions(step: step) {
            let x = left + (Double(place) + (axis.isHours ? 0 : 0.5)) * step
            body += line(x, bottom, x, bottom + 4)
            body += words(
                text, min(max(x, ChartText.width(text) / 2), Self.width - ChartText.width(text) / 2), bottom + 18, "c-soft", .middle)
        }
        return (Self.width, bottom + 26, body)
    }

    private func column(_ row: [ReportValue], x: Double, thick: Double, bottom: Double, unit: Double) -> String {
        // Amounts beyond what an axis can number end at its top.
        let room = bottom - Self.columnsTop
        let first = min(amount(row, value) * unit, room)
        let tall = first > 0 ? max(1, first) : 0
        let round = thick >= 6 ? 1.5 : 0
        var body = rectangle(x, bottom - tall, thick, tall, "c-1", tip: tip(row), round: round)
        guard let second, amount(row, second) > 0 else { return body }
        let share = max(1, amount(row, second) * unit)
        let isPart = chart.plus == nil
        let height = isPart ? min(share, tall) : min(share, room - tall)
        body += rectangle(x, isPart ? bottom - height : bottom - tall - height, thick, height, "c-2", tip: tip(row), round: round)
        return body
    }

    private func axisText(_ tick: Int64) -> String {
        kind == .bytes || kind == .minutes ? cells.text(.integer(tick), kind) : CellText.short(tick)
    }
}
