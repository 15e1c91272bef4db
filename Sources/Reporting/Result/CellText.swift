import PolicyCore
import VisitStore

/// Cells for people: numbers with thin spaces, sizes and times in sensible units, moments in the reporting zone.
struct CellText {
    let zone: ReportingZone

    func text(_ value: ReportValue, _ kind: ReportColumn.Kind) -> String {
        switch value {
        case .none: return "–"
        case .text(let text): return text
        case .real(let number):
            return kind == .percent
                ? "\((number * 10).rounded() / 10) %" : number.magnitude < 1e15 ? integer(Int64(number), kind) : "\(number)"
        case .integer(let number): return integer(number, kind)
        }
    }

    private func integer(_ number: Int64, _ kind: ReportColumn.Kind) -> String {
        switch kind {
        case .text, .hidden: "\(number)"
        case .count: Self.grouped(number)
        case .percent: "\(number) %"
        case .bytes: Self.size(number)
        case .minutes: Self.duration(number)
        case .time: moment(number / 1_000, withTime: true)
        case .hour: moment(number, withTime: true)
        case .day: Self.date(number)
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
    static func size(_ bytes: Int64) -> String {
        var value = Double(bytes)
        for unit in ["B", "kB", "MB", "GB", "TB"] {
            if value < 1_000 || unit == "TB" {
                let rounded = (value * 10).rounded() / 10
                return unit == "B" || rounded >= 100 ? "\(Int64(value.rounded())) \(unit)" : "\(rounded) \(unit)"
            }
            value /= 1_000
        }
        return "\(bytes) B"
    }

    static func duration(_ minutes: Int64) -> String {
        guard minutes >= 60 else { return "\(minutes) min" }
        let rest = minutes % 60
        return "\(minutes / 60) h" + (rest == 0 ? "" : " \(rest) min")
    }

    /// - Parameter day: local days since 1970-01-01.
    static func date(_ day: Int64) -> String {
        let date = CivilDate(days: Int(clamping: day))
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    private func moment(_ seconds: Int64, withTime: Bool) -> String {
        let local = seconds &+ Int64(zone.offset(seconds))
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let second = Int(local &- day &* 86_400)
        return "\(Self.date(day)) \(Self.padded(second / 3_600, 2)):\(Self.padded(second / 60 % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
