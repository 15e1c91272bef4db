import PolicyCore

/// Draws one chart: gives its size and the elements inside.
struct ChartPlot {
    typealias Drawing = (width: Double, height: Double, body: String)

    let result: ReportResult
    let chart: ReportChart
    /// Columns' places in a row.
    let label: Int
    let value: Int
    let language: String

    private var cells: CellText { CellText(zone: result.span.zone) }
    private var kind: ReportColumn.Kind { result.definition.columns[value].kind }
    private var part: Int? { chart.part.flatMap { result.index(of: $0) } }
    private var most: Double { max(result.rows.compactMap { $0[value].number }.max() ?? 0, 1) }

    private func caption(_ row: [ReportValue]) -> String { cells.text(row[label], result.definition.columns[label].kind) }
    private func amount(_ row: [ReportValue]) -> String { cells.text(row[value], kind) }

    private static func cut(_ text: String, _ length: Int) -> String {
        Markup.escape(text.count > length ? text.prefix(length - 1) + "…" : text)
    }

    /// The first twenty rows as horizontal bars, in their order.
    func bars() -> Drawing {
        let rows = result.rows.prefix(20)
        let left = 190.0
        let width = 720.0
        let step = 24.0
        let scale = (width - left - 80) / most
        var body = ""
        for (i, row) in rows.enumerated() {
            let y = Double(i) * step + 4
            let length = max(1, (row[value].number ?? 0) * scale)
            body +=
                "<text class=\"c-text\" x=\"\(Markup.number(left - 8))\" y=\"\(Markup.number(y + 14))\" text-anchor=\"end\">\(Self.cut(caption(row), 28))</text>"
            body += rectangle(left, y, length, step - 6, "c-1", "\(caption(row)): \(amount(row))")
            if let part, let share = row[part].number, share > 0 {
                body += rectangle(
                    left, y, max(1, min(share * scale, length)), step - 6, "c-2",
                    "\(caption(row)): \(cells.text(row[part], result.definition.columns[part].kind))")
            }
            body +=
                "<text class=\"c-soft\" x=\"\(Markup.number(left + length + 6))\" y=\"\(Markup.number(y + 14))\">\(Markup.escape(amount(row)))</text>"
        }
        return (width, Double(rows.count) * step + 8, body)
    }

    /// A column a row, with three grid lines and a caption where there is room.
    func columns() -> Drawing {
        let rows = result.rows
        let width = 720.0
        let height = 220.0
        let left = 64.0
        let bottom = height - 24
        let scale = (bottom - 12) / most
        let step = (width - left - 8) / Double(max(rows.count, 1))
        var body = ""
        for third in 0...3 {
            let y = bottom - Double(third) / 3 * (bottom - 12)
            let text = cells.text(.integer(Int64(most * Double(third) / 3)), kind)
            body +=
                "<line class=\"c-grid\" x1=\"\(Markup.number(left))\" x2=\"\(Markup.number(width - 8))\" y1=\"\(Markup.number(y))\" y2=\"\(Markup.number(y))\"/>"
            body +=
                "<text class=\"c-soft\" x=\"\(Markup.number(left - 6))\" y=\"\(Markup.number(y + 4))\" text-anchor=\"end\">\(Markup.escape(text))</text>"
        }
        let every = max(1, Int((80 / step).rounded(.up)))
        for (i, row) in rows.enumerated() {
            let x = left + Double(i) * step
            let tall = (row[value].number ?? 0) * scale
            body += rectangle(x + step * 0.1, bottom - tall, step * 0.8, tall, "c-1", "\(caption(row)): \(amount(row))")
            if let part, let share = row[part].number, share > 0 {
                let tall = min(share * scale, tall)
                body += rectangle(
                    x + step * 0.1, bottom - tall, step * 0.8, tall, "c-2",
                    "\(caption(row)): \(cells.text(row[part], result.definition.columns[part].kind))")
            }
            if i % every == 0 {
                body +=
                    "<text class=\"c-soft\" x=\"\(Markup.number(x))\" y=\"\(Markup.number(height - 8))\">\(Self.cut(caption(row), 16))</text>"
            }
        }
        return (width, height, body)
    }

    /// Hours across, weekdays down, five shades.
    func heat(row place: Int) -> Drawing {
        let days = language == "de" ? ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"] : ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let cell = 26.0
        let left = 44.0
        var values: [Int: [ReportValue]] = [:]
        for row in result.rows {
            guard let x = row[label].number, let y = row[place].number, (0..<24).contains(x), (0..<7).contains(y) else { continue }
            values[Int(y) * 24 + Int(x)] = row
        }
        var body = ""
        for day in 0..<7 {
            let y = 20 + Double(day) * cell
            body +=
                "<text class=\"c-text\" x=\"\(Markup.number(left - 8))\" y=\"\(Markup.number(y + 17))\" text-anchor=\"end\">\(days[day])</text>"
            for hour in 0..<24 {
                let row = values[day * 24 + hour]
                let share = (row?[value].number ?? 0) / most
                let shade = share <= 0 ? 0 : min(5, Int((share * 5).rounded(.up)))
                let text = "\(days[day]) \(hour):00: \(row.map(amount) ?? "0")"
                body += rectangle(left + Double(hour) * cell, y, cell - 2, cell - 2, "h\(shade)", text)
            }
        }
        for hour in stride(from: 0, to: 24, by: 3) {
            body += "<text class=\"c-soft\" x=\"\(Markup.number(left + Double(hour) * cell))\" y=\"12\">\(hour):00</text>"
        }
        return (left + 24 * cell + 4, 20 + 7 * cell + 4, body)
    }

    /// A line an hour, a mark a minute.
    func minutes() -> Drawing {
        let left = 130.0
        let step = 9.0
        var body = ""
        for (i, row) in result.rows.enumerated() {
            let y = 4 + Double(i) * 20
            body +=
                "<text class=\"c-text\" x=\"\(Markup.number(left - 8))\" y=\"\(Markup.number(y + 12))\" text-anchor=\"end\">\(Self.cut(caption(row), 18))</text>"
            body +=
                "<line class=\"c-grid\" x1=\"\(Markup.number(left))\" x2=\"\(Markup.number(left + 60 * step))\" y1=\"\(Markup.number(y + 16))\" y2=\"\(Markup.number(y + 16))\"/>"
            guard case .integer(let signed) = row[value] else { continue }
            let bits = UInt64(bitPattern: signed)
            var minute = 0
            while minute < 60 {
                guard bits >> UInt64(minute) & 1 == 1 else {
                    minute += 1
                    continue
                }
                var end = minute
                while end < 60, bits >> UInt64(end) & 1 == 1 { end += 1 }
                body += rectangle(
                    left + Double(minute) * step, y, Double(end - minute) * step, 14, "c-1", "\(caption(row)) +\(minute)–\(end) min")
                minute = end
            }
        }
        return (left + 60 * step + 8, Double(result.rows.count) * 20 + 8, body)
    }

    private func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, _ title: String) -> String {
        """
        <rect class="\(style)" x="\(Markup.number(x))" y="\(Markup.number(y))" width="\(Markup.number(width))" height="\(Markup.number(height))">\
        <title>\(Markup.escape(title))</title></rect>
        """
    }
}
