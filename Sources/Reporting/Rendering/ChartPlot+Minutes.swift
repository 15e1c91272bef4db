extension ChartPlot {
    /// More days than this are left to the table.
    private static let mostLanes = 62

    /// A line a day, the clock across, its active minutes as marks and their sum after it.
    func minutes() -> Drawing {
        let lanes = lanes()
        let left = 92.0
        let right = 76.0
        let minute = (Self.width - left - right) / 1_440
        let tall = lanes.count == 1 ? 30.0 : 16.0
        let top = 22.0
        let bottom = top + Double(lanes.count) * (tall + 6)
        var body = ""
        for hour in stride(from: 0, through: 24, by: 3) {
            let x = left + Double(hour * 60) * minute
            body += line(x, top - 4, x, bottom) + words(CellText.clock(hour * 60), x, 12, "c-soft", .middle)
        }
        for (i, lane) in lanes.enumerated() {
            let y = top + Double(i) * (tall + 6)
            let date = CellText.date(lane.day)
            body += words(date, left - 10, y + tall / 2 + 4, "c-text", .end)
            body += rectangle(left, y, 1_440 * minute, tall, "h0")
            for run in lane.runs {
                let tip = "\(date) \(CellText.clock(run.lowerBound))–\(CellText.clock(run.upperBound)), \(run.count) min"
                body += rectangle(left + Double(run.lowerBound) * minute, y, max(1, Double(run.count) * minute), tall, "c-1", tip: tip)
            }
            body += words(CellText.duration(lane.count), Self.width - right + 8, y + tall / 2 + 4, "c-soft", .start)
        }
        return (Self.width, bottom + 4, body)
    }

    /// Every day of a short span, of a long one the newest with anything in them.
    private func lanes() -> [DayLane] {
        var lanes: [Int64: DayLane] = [:]
        for row in result.rows {
            guard case .integer(let hour) = row[label], case .integer(let bits) = row[value] else { continue }
            let (day, minute) = cells.local(hour)
            lanes[day, default: DayLane(day: day)].add(UInt64(bitPattern: bits), at: minute)
        }
        if result.span.days <= 31 {
            for day in stride(from: result.span.firstDay, through: result.span.lastDay, by: 1) where lanes[day] == nil {
                lanes[day] = DayLane(day: day)
            }
        }
        return lanes.values.sorted { $0.day < $1.day }.suffix(Self.mostLanes)
    }
}

/// A local day's active minutes by the clock: an hour the clock shows twice is drawn once, and counted twice.
struct DayLane {
    let day: Int64
    private(set) var count: Int64 = 0
    private var minutes = [Bool](repeating: false, count: 1_440)

    init(day: Int64) { self.day = day }

    /// - Parameters:
    ///   - bits: an hour's minutes.
    ///   - start: the minute of the day at which it begins.
    mutating func add(_ bits: UInt64, at start: Int) {
        for minute in 0..<60 where bits >> UInt64(minute) & 1 == 1 {
            count += 1
            if minutes.indices.contains(start + minute) { minutes[start + minute] = true }
        }
    }

    /// Minutes of the day that follow each other.
    var runs: [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for minute in 0...1_440 {
            let isSet = minute < 1_440 && minutes[minute]
            if isSet, start == nil { start = minute }
            if !isSet, let from = start {
                runs.append(from..<minute)
                start = nil
            }
        }
        return runs
    }
}
