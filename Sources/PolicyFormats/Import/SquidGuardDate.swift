/// A statement with a date: `2026.12.24`, `*-12-24`, `2026.12.24 - 2027.01.02`, each with times of day behind it or none.
struct SquidGuardDate {
    /// As policies write them.
    private(set) var days: [String] = []
    /// Of a range, where it is one.
    private(set) var last: String?
    private(set) var hasTimes = false

    /// nil where it is none.
    init?(_ text: some StringProtocol) {
        var rest = Array(text)[...]
        guard let first = SquidGuardDate.date(&rest) else { return nil }
        if SquidGuardDate.dash(&rest) {
            guard let end = SquidGuardDate.date(&rest), let from = SquidGuardDays.date(first[...]), let to = SquidGuardDays.date(end[...]),
                !from.hasPrefix("*"), !to.hasPrefix("*")
            else { return nil }
            (days, last) = ([from], to)
        } else {
            days = SquidGuardDate.days(first)
        }
        if days.isEmpty { return nil }
        SquidGuardDate.blanks(&rest)
        guard let next = rest.first else { return }
        hasTimes = true
        guard next.isNumber, rest.allSatisfy({ $0.isNumber || $0.isWhitespace || ":-".contains($0) }) else { return nil }
    }

    var first: String { days.first ?? "" }

    /// Every day that a date with open parts (`*`) is for.
    private static func days(_ parts: [String]) -> [String] {
        let months = parts[1] == "*" ? (1...12).map(String.init) : [parts[1]]
        let numbers = parts[2] == "*" ? (1...31).map(String.init) : [parts[2]]
        return months.flatMap { month in numbers.compactMap { SquidGuardDays.date([parts[0], month, $0]) } }
    }

    private static func blanks(_ rest: inout ArraySlice<Character>) { rest = rest.drop { $0.isWhitespace || $0 == "," } }

    private static func dash(_ rest: inout ArraySlice<Character>) -> Bool {
        blanks(&rest)
        guard rest.first == "-" else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Year, month and day, parted by dots or dashes.
    private static func date(_ rest: inout ArraySlice<Character>) -> [String]? {
        blanks(&rest)
        var parts: [String] = []
        for most in [4, 2, 2] {
            if !parts.isEmpty {
                guard let mark = rest.first, mark == "." || mark == "-" else { return nil }
                rest = rest.dropFirst()
            }
            let part = rest.first == "*" ? rest.prefix(1) : rest.prefix(most).prefix { $0.isNumber }
            if part.isEmpty { return nil }
            parts.append(String(part))
            rest = rest.dropFirst(part.count)
        }
        return parts
    }
}
