extension ZoneRule {
    /// - Parameter text: the footer's bytes, without its line feeds.
    /// - Returns: nil where they follow no rule this reads.
    init?(_ text: ArraySlice<UInt8>) {
        var reader = ZoneRuleReader(rest: text)
        guard reader.skipName(), let west = reader.time() else { return nil }
        standard = -west
        if reader.rest.isEmpty {
            summer = nil
            return
        }
        guard reader.skipName() else { return nil }
        var summerOffset = standard + 3600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let west = reader.time() else { return nil }
            summerOffset = -west
        }
        guard let start = reader.change(), let end = reader.change(), reader.rest.isEmpty else { return nil }
        summer = Summer(offset: summerOffset, start: start, end: end)
    }
}

private struct ZoneRuleReader {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ byte: Character) -> Bool {
        guard let value = byte.asciiValue, rest.first == value else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// `CET` or `<+0330>`.
    mutating func skipName() -> Bool {
        if skip("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let name = rest.prefix { (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) }
        rest = rest.dropFirst(name.count)
        return name.count >= 3
    }

    mutating func number(upTo limit: Int) -> Int? {
        let digits = rest.prefix(4).prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return value <= limit ? value : nil
    }

    /// `[+-]h[h[h]][:mm[:ss]]` in seconds; up to a week, as version 3 of the format allows.
    mutating func time() -> Int? {
        let sign = skip("-") ? -1 : 1
        if sign == 1 { _ = skip("+") }
        guard let hours = number(upTo: 167) else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where skip(":") {
            guard let value = number(upTo: 59) else { return nil }
            seconds += value * unit
        }
        return sign * seconds
    }

    /// `,M10.5.0/3`
    mutating func change() -> ZoneRule.Change? {
        guard skip(","), let day = day() else { return nil }
        var seconds = 2 * 3600
        if skip("/") {
            guard let time = time() else { return nil }
            seconds = time
        }
        return ZoneRule.Change(day: day, seconds: seconds)
    }

    private mutating func day() -> ZoneRule.Change.Day? {
        if skip("M") {
            guard let month = number(upTo: 12), month > 0, skip("."), let week = number(upTo: 5), week > 0, skip("."),
                let weekday = number(upTo: 6)
            else { return nil }
            return .month(month, week: week, weekday: weekday)
        }
        if skip("J") {
            guard let day = number(upTo: 365), day > 0 else { return nil }
            return .julian(day)
        }
        return number(upTo: 365).map { .zeroBased($0) }
    }
}
