extension Instant {
    /// Whole seconds since 1970, rounded down.
    public var seconds: Int64 { milliseconds.floored(by: 1000) }

    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        self.init(milliseconds: overflow ? (seconds < 0 ? .min : .max) : product)
    }

    /// Reads `2026-09-01T08:30:00+02:00` (RFC 3339; `T` may be a blank, seconds may have a fraction or be missing, `Z` stands for `+00:00`).
    /// - Returns: nil for anything else, times without an offset among it. A leap second is the second after it.
    public init?(rfc3339 text: some StringProtocol) {
        var reader = TimestampReader(rest: Array(text.utf8)[...])
        guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2), reader.skip("-"), let day = reader.digits(2),
            let date = CivilDate(year: year, month: month, day: day), reader.skip("T", "t", " "),
            let hour = reader.digits(2), hour < 24, reader.skip(":"), let minute = reader.digits(2), minute < 60
        else { return nil }
        var second = 0
        var fraction = 0
        if reader.skip(":") {
            guard let value = reader.digits(2), value <= 60 else { return nil }
            second = value
            if reader.skip(".") {
                guard let value = reader.fraction() else { return nil }
                fraction = value
            }
        }
        guard let offset = reader.offset(), reader.rest.isEmpty else { return nil }
        let seconds = date.days * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(milliseconds: Int64(seconds) * 1000 + Int64(fraction))
    }

    /// `2026-09-01T08:30:00+02:00`, as the zone's wall clock showed it. Offsets are told in whole minutes.
    /// - Parameter fraction: whether three digits of milliseconds follow the seconds.
    public func rfc3339(in zone: ZoneTable, fraction: Bool = false) -> String {
        let offset = zone.offset(at: seconds) / 60 * 60
        let local = seconds &+ Int64(offset)
        let day = local.floored(by: 86_400)
        let date = CivilDate(days: Int(day))
        let second = Int(local &- day &* 86_400)
        var text = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        text += "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        if fraction { text += ".\(padded(Int(milliseconds &- seconds &* 1000), 3))" }
        let minutes = abs(offset) / 60
        return text + "\(offset < 0 ? "-" : "+")\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

private struct TimestampReader {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ choices: Character...) -> Bool {
        guard let first = rest.first, choices.contains(where: { $0.asciiValue == first }) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Milliseconds; further digits are dropped.
    mutating func fraction() -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let three = Array(digits.prefix(3)) + Array(repeating: 0x30, count: max(0, 3 - digits.count))
        return three.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int? {
        if skip("Z", "z") { return 0 }
        let sign: Int
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), hours < 24, skip(":"), let minutes = digits(2), minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
