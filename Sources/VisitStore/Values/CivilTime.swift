/// Dates of the proleptic Gregorian calendar in UTC, without Foundation: quick enough for a line a visit.
public enum CivilTime {
    /// Year, month (1–12) and day (1–31) of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
    public static func date(ofDay day: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = day &+ 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
        return (year, Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
    }

    /// `2026-09-01` for a day counted from 1970-01-01.
    public static func text(ofDay day: Int64) -> String {
        let date = date(ofDay: day)
        return pad(date.year, 4) + "-" + pad(Int64(date.month), 2) + "-" + pad(Int64(date.day), 2)
    }

    /// RFC 3339 in UTC with milliseconds: `2026-09-01T08:30:00.125Z`.
    /// - Parameter milliseconds: since 1970.
    public static func rfc3339(_ milliseconds: Int64) -> String {
        let day = floorDivide(milliseconds, 86_400_000)
        let rest = milliseconds &- day &* 86_400_000
        return text(ofDay: day) + "T" + pad(rest / 3_600_000, 2) + ":" + pad(rest / 60_000 % 60, 2) + ":" + pad(rest / 1_000 % 60, 2) + "."
            + pad(rest % 1_000, 3) + "Z"
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
        return (value < 0 ? "-" : "") + zeros + digits
    }
}
