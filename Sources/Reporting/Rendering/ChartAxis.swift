import PolicyCore
import VisitStore

/// The hours or days of a span, side by side.
struct ChartAxis {
    let isHours: Bool
    /// Hours or days in the span; no more than can be drawn.
    let count: Int
    private let first: Int64
    private let isDayColumn: Bool
    private let cells: CellText

    /// - Parameter isHours: whether rows are hours; they are days otherwise, told by a day's number or by its first second.
    init(result: ReportResult, isHours: Bool, cells: CellText) {
        self.isHours = isHours
        self.cells = cells
        isDayColumn =
            result.definition.chart.flatMap { result.index(of: $0.label) }.map { result.definition.columns[$0].kind == .day } ?? true
        let seconds = result.span.to.seconds &- result.span.from.seconds
        first = isHours ? result.span.from.seconds : result.span.firstDay
        count = Int(min(max(1, isHours ? (seconds + 3_599) / 3_600 : result.span.days), 4_000))
    }

    /// Where a row stands, from 0; nil outside the span.
    func place(of key: Int64) -> Int? {
        let number = isHours || isDayColumn ? key : cells.day(of: key)
        let (distance, overflow) = number.subtractingReportingOverflow(first)
        guard !overflow, distance >= 0 else { return nil }
        let place = isHours ? distance / 3_600 : distance
        return place < Int64(count) ? Int(place) : nil
    }

    /// Captions as many as there is room for: dates, and hours of the clock between them.
    /// - Parameter step: pixels from one place to the next.
    func captions(step: Double) -> [(place: Int, text: String)] {
        isHours ? hourCaptions(step) : dayCaptions(step)
    }

    private func hourCaptions(_ step: Double) -> [(place: Int, text: String)] {
        let every = [1, 2, 3, 4, 6, 12, 24].first { Double($0) * step >= 44 }
        let days = every == nil ? Int((44 / (step * 24)).rounded(.up)) : 1
        return (0..<count).compactMap { place in
            let (day, minute) = cells.local(first &+ Int64(place) * 3_600)
            let hour = minute / 60
            if hour == 0, place == 0 || Int(day % Int64(days)) == 0 { return (place, date(day)) }
            guard let every, every < 24, hour != 0, hour % every == 0 else { return nil }
            return (place, CellText.clock(hour * 60))
        }
    }

    private func dayCaptions(_ step: Double) -> [(place: Int, text: String)] {
        let every = [1, 2, 7, 14, 28, 56, 91, 182, 364, 728].first { Double($0) * step >= 52 } ?? count
        return stride(from: 0, to: count, by: every).map { ($0, date(first &+ Int64($0))) }
    }

    private func date(_ day: Int64) -> String {
        let date = CivilTime.date(ofDay: day)
        return cells.words.shortDate(date.month, date.day)
    }
}
