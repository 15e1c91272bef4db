/// The rule for the years after a zone's table: a POSIX `TZ` string such as `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 9636 3.3).
struct ZoneRule: Sendable, Hashable {
    /// Seconds east of UTC.
    let standard: Int
    let summer: Summer?

    struct Summer: Sendable, Hashable {
        let offset: Int
        let start: Change
        let end: Change
    }

    /// A day of the year and a wall-clock time on it (in seconds; may be negative or beyond the day).
    struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// `Mm.w.d`: the week's weekday (0 for Sunday) of a month, week 5 being the last.
            case month(Int, week: Int, weekday: Int)
            /// `Jn`: 1…365, 29 February never counted.
            case julian(Int)
            /// `n`: 0…365.
            case zeroBased(Int)
        }
        let day: Day
        let seconds: Int
    }

    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let year = CivilDate(days: Int((seconds &+ Int64(standard)).floored(by: 86_400))).year
        let (start, end) = changes(summer, in: year)
        let isSummer = start < end ? seconds >= start && seconds < end : seconds < end || seconds >= start
        return isSummer ? summer.offset : standard
    }

    func nextTransition(after seconds: Int64) -> Int64? {
        guard let summer, summer.offset != standard else { return nil }
        let year = CivilDate(days: Int(seconds.floored(by: 86_400))).year
        for candidate in (year - 1)...(year + 2) where (1...9999).contains(candidate) {
            let (start, end) = changes(summer, in: candidate)
            for moment in [min(start, end), max(start, end)] where moment > seconds && offset(at: moment) != offset(at: moment - 1) {
                return moment
            }
        }
        return nil
    }

    /// When summer time starts and ends in a year: the start is told in standard time, the end in summer time.
    private func changes(_ summer: Summer, in year: Int) -> (start: Int64, end: Int64) {
        (summer.start.local(in: year) - Int64(standard), summer.end.local(in: year) - Int64(summer.offset))
    }
}

extension ZoneRule.Change {
    /// Local seconds since 1970 of this change in a year.
    func local(in year: Int) -> Int64 { Int64(dayNumber(in: year)) * 86_400 + Int64(seconds) }

    private func dayNumber(in year: Int) -> Int {
        guard let newYear = CivilDate(year: year, month: 1, day: 1)?.days else { return 0 }
        switch day {
        case .zeroBased(let number): return newYear + number
        case .julian(let number): return newYear + number - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
        case .month(let month, let week, let weekday):
            guard let first = CivilDate(year: year, month: month, day: 1)?.days else { return newYear }
            let ahead = (weekday + 6 - CivilDate.weekday(ofDay: first) + 7) % 7
            var day = ahead + 7 * (week - 1)
            while day >= CivilDate.length(ofMonth: month, year: year) { day -= 7 }
            return first + day
        }
    }
}
