import PolicyCore
import VisitStore

/// Cells for people: numbers with thin spaces, sizes and times in sensible units, moments in the reporting zone.
struct CellText {
    let zone: ReportingZone
    /// Whether cells of kind `hour` are whole days.
    var isByDay = false
    var words = ReportWords("en")

    func text(_ value: ReportValue, _ column: ReportColumn) -> String {
        if value == .none { return column.empty?.text(words.language) ?? "–" }
        return text(value, column.kind)
    }

    func text(_ value: ReportValue, _ kind: ReportColumn.Kind) -> String {
        switch value {
        case .none: "–"
        case .text(let text): text
        case .real(let number):
            if kind == .percent {
                "\((number * 10).rounded() / 10) %"
            } else {
                Int64(exactly: number.rounded()).map { integer($0, kind) } ?? "\(number)"
            }
        case .integer(let number): integer(number, kind)
        }
    }

    private func integer(_ number: Int64, _ kind: ReportColumn.Kind) -> String {
        switch kind {
        case .text, .hidden: "\(number)"
        case .count: Self.grouped(number)
        case .percent: "\(number) %"
        case .bytes: Self.size(number)
        case .minutes: Self.duration(number)
        case .time: moment(number / 1_000)
        case .hour: isByDay ? Self.date(day(of: number)) : moment(number)
        case .day: Self.date(number)
        case .weekday: (0..<7).contains(number) ? words.weekdays[Int(number)] : "\(number)"
        case .clock: Self.padded(Int(clamping: number), 2) + ":00"
        }
    }

    static func grouped(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var out = ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i) % 3 == 0 { out.append("\u{202f}") }
            out.append(digit)
        }
        return number < 0 ? "-" + out : out
    }

    /// Powers of ten, as budgets count.
    static func size(_ bytes: Int64) -> String { scaled(bytes, ["B", "kB", "MB", "GB", "TB", "PB", "EB"]) }

    /// For an axis: `1.2 M` where the number has more than five digits.
    static func short(_ number: Int64) -> String {
        number.magnitude < 100_000 ? grouped(number) : scaled(number, ["", "k", "M", "G", "T", "P", "E"])
    }

    /// One decimal below a hundred of a unit, none where it would be a zero.
    private static func scaled(_ number: Int64, _ units: [String]) -> String {
        var value = Double(number)
        var unit = 0
        while value.magnitude >= 999.5, unit < units.count - 1 {
            value /= 1_000
            unit += 1
        }
        let tenths = Int64((value * 10).rounded())
        let digits = unit == 0 || tenths % 10 == 0 || tenths.magnitude >= 1_000 ? "\(Int64(value.rounded()))" : "\(Double(tenths) / 10)"
        return units[unit].isEmpty ? digits : "\(digits) \(units[unit])"
    }

    static func duration(_ minutes: Int64) -> String {
        guard minutes >= 60 else { return "\(minutes) min" }
        let rest = minutes % 60
        return "\(grouped(minutes / 60)) h" + (rest == 0 ? "" : " \(rest) min")
    }

    /// - Parameter day: local days since 1970-01-01.
    static func date(_ day: Int64) -> String { CivilTime.text(ofDay: min(max(day, -10_000_000), 10_000_000)) }

    func day(of seconds: Int64) -> Int64 { local(seconds).day }

    /// The wall clock: the day, and the minute of it.
    func local(_ seconds: Int64) -> (day: Int64, minute: Int) {
        let local = seconds &+ Int64(zone.offset(seconds))
        let day = local >= 0 ? local / 86_400 : (local &- 86_399) / 86_400
        return (day, Int((local &- day &* 86_400) / 60))
    }

    private func moment(_ seconds: Int64) -> String {
        let (day, minute) = local(seconds)
        return "\(Self.date(day)) \(Self.clock(minute))"
    }

    /// - Parameter minute: of the day.
    static func clock(_ minute: Int) -> String { "\(padded(minute / 60, 2)):\(padded(minute % 60, 2))" }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
