import PolicyCore

/// Amounts and times as policies write them.
enum Quantity {
    /// `21:00`, `7:30`, `24:00` in minutes.
    static func clock(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2, let hours = digits(parts[0]),
            let minutes = digits(parts[1]), minutes < 60
        else { return nil }
        let total = hours * 60 + minutes
        return total <= 1440 ? total : nil
    }

    /// `15m`, `24h`, `1h30m`, `7d`, `2w` in minutes.
    static func minutes(_ text: some StringProtocol) -> Int? {
        var total = 0
        var number = Substring()
        var last = Int.max
        guard !text.isEmpty else { return nil }
        for character in text {
            if character.isASCII, character.isNumber {
                number.append(character)
                continue
            }
            guard let unit = [Character("w"): 10_080, "d": 1440, "h": 60, "m": 1][character], unit < last, let value = digits(number) else {
                return nil
            }
            total += value * unit
            last = unit
            number = Substring()
        }
        return number.isEmpty ? total : nil
    }

    /// `2026-07-14`, or `*-07-14` for every year's.
    static func date(_ text: String) -> DatePattern? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard looksLikeDate(text), let month = digits(parts[1]), let day = digits(parts[2]) else { return nil }
        if parts[0] == "*" {
            return CivilDate(year: 2000, month: month, day: day) == nil ? nil : .yearly(month: month, day: day)
        }
        return digits(parts[0]).flatMap { CivilDate(year: $0, month: month, day: day) }.map { .day($0) }
    }

    /// Whether text has a date's shape, whatever its numbers.
    static func looksLikeDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "*" || (parts[0].utf8.count == 4 && digits(parts[0]) != nil) else { return false }
        return parts[1...].allSatisfy { $0.utf8.count == 2 && digits($0) != nil }
    }

    /// `1h per day`, `500MB per week`, `20 visits per hour`.
    static func budget(_ text: String) -> BudgetAmount? {
        let words = text.split(separator: " ")
        guard words.count >= 3, words[words.count - 2] == "per", let last = words.last,
            let period = BudgetAmount.Period(rawValue: String(last))
        else { return nil }
        let amount = words.dropLast(2)
        if amount.count == 2, amount.last == "visits" || amount.last == "visit" {
            guard let visits = digits(words[0]), visits > 0 else { return nil }
            return BudgetAmount(amount: UInt64(visits), unit: .visits, period: period)
        }
        let joined = amount.joined()
        if let minutes = minutes(joined), minutes > 0 { return BudgetAmount(amount: UInt64(minutes), unit: .minutes, period: period) }
        if let bytes = bytes(joined), bytes > 0 { return BudgetAmount(amount: bytes, unit: .bytes, period: period) }
        return nil
    }

    /// `500MB` (10^6), `1.5GiB` (2^30), `800 B` without its blank.
    static func bytes(_ text: String) -> UInt64? {
        let units: [(String, UInt64)] = [
            ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40), ("kb", 1000), ("mb", 1_000_000), ("gb", 1_000_000_000),
            ("tb", 1_000_000_000_000), ("b", 1),
        ]
        let lower = text.lowercased()
        guard let (suffix, size) = units.first(where: { lower.hasSuffix($0.0) }) else { return nil }
        let parts = lower.dropLast(suffix.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let whole = digits(first) else { return nil }
        var total = UInt64(whole).multipliedReportingOverflow(by: size)
        if parts.count == 2 {
            guard parts[1].utf8.count <= 6, let fraction = digits(parts[1]) else { return nil }
            let scale = parts[1].reduce(UInt64(1)) { scale, _ in scale * 10 }
            let part = UInt64(fraction).multipliedReportingOverflow(by: size)
            guard !part.overflow else { return nil }
            let sum = total.partialValue.addingReportingOverflow(part.partialValue / scale)
            total = (sum.partialValue, total.overflow || sum.overflow)
        }
        return total.overflow ? nil : total.partialValue
    }

    /// One to nine digits and nothing else: sums and products of such numbers stay far from overflow.
    static func digits(_ text: some StringProtocol) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
