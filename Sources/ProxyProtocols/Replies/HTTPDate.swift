/// Dates as HTTP writes them (RFC 9110, 5.6.7).
public enum HTTPDate {
    private static let days: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months: [StaticString] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    /// - Parameter seconds: since 1970-01-01T00:00:00Z; held between 1970 and 9999.
    public static func text(_ seconds: Int64) -> String {
        var output: [UInt8] = []
        append(seconds, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the same.
    public static func append(_ seconds: Int64, to output: inout [UInt8]) {
        let seconds = min(max(seconds, 0), 253_402_300_799)
        let day = seconds / 86_400
        let time = seconds % 86_400
        let (year, month, monthDay) = civil(day)
        ASCII.append(days[Int((day + 4) % 7)], to: &output)
        ASCII.append(", ", to: &output)
        appendTwo(monthDay, to: &output)
        output.append(0x20)
        ASCII.append(months[Int(month - 1)], to: &output)
        output.append(0x20)
        ASCII.append(UInt64(year), to: &output)
        output.append(0x20)
        appendTwo(time / 3_600, to: &output)
        output.append(0x3a)
        appendTwo(time / 60 % 60, to: &output)
        output.append(0x3a)
        appendTwo(time % 60, to: &output)
        ASCII.append(" GMT", to: &output)
    }

    private static func appendTwo(_ number: Int64, to output: inout [UInt8]) {
        output.append(0x30 + UInt8(truncatingIfNeeded: number / 10))
        output.append(0x30 + UInt8(truncatingIfNeeded: number % 10))
    }

    /// The Gregorian date of a day since 1970-01-01, which is not before it: years begin in March, so that the leap day comes last.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
