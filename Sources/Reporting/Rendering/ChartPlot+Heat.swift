extension ChartPlot {
    /// Hours of the clock across, weekdays down, five shades from a little to the most.
    /// - Parameter place: the weekday's column.
    func heat(row place: Int) -> Drawing {
        let days = cells.words.weekdays
        let cell = 28.0
        let left = 40.0
        var values: [Int: [ReportValue]] = [:]
        var most = 0.0
        for row in result.rows {
            guard let x = row[label].number, let y = row[place].number, (0..<24).contains(x), (0..<7).contains(y) else { continue }
            values[Int(y) * 24 + Int(x)] = row
            most = max(most, amount(row, value))
        }
        var body = ""
        for hour in stride(from: 0, to: 24, by: 3) {
            body += words(CellText.clock(hour * 60), left + Double(hour) * cell, 14, "c-soft", .start)
        }
        for day in 0..<7 {
            let y = 24 + Double(day) * cell
            body += words(days[day], left - 8, y + 17, "c-text", .end)
            for hour in 0..<24 {
                let row = values[day * 24 + hour]
                let shade = row.map { Self.shade(amount($0, value), of: most) } ?? 0
                let tip = "\(days[day]) \(CellText.clock(hour * 60)): \(row.map { text($0, value) } ?? "0")"
                body += rectangle(left + Double(hour) * cell, y, cell - 3, cell - 3, "h\(shade)", tip: tip, round: 3)
            }
        }
        body += shades(y: 24 + 7 * cell + 10, most: most)
        return (Self.width, 24 + 7 * cell + 34, body)
    }

    private static func shade(_ amount: Double, of most: Double) -> Int {
        amount <= 0 || most <= 0 ? 0 : min(5, max(1, Int((amount / most * 5).rounded(.up))))
    }

    /// What the shades mean.
    private func shades(y: Double, most: Double) -> String {
        let less = "\(cells.words.less) (0)"
        let more = "\(cells.words.more) (\(cells.text(.integer(Int64(exactly: min(most, 9e18).rounded()) ?? 0), kind)))"
        var x = 40.0
        var body = words(less, x, y + 12, "c-soft", .start)
        x += ChartText.width(less) + 8
        for shade in 0...5 {
            body += rectangle(x, y, 15, 15, "h\(shade)", round: 3)
            x += 18
        }
        return body + words(more, x + 5, y + 12, "c-soft", .start)
    }
}
