extension ScheduleTable {
    /// How far ahead changes are looked for.
    static let horizonDays = 400

    /// The next moment after `now` at which a schedule opens or closes; nil for none within the horizon (dates written out are found however
    /// far off they are).
    func nextChange(_ index: Int, after now: Instant) -> Instant? {
        let before = isOpen(index, at: now)
        let schedule = schedules[index]
        // Days that are all written out need no search.
        if schedule.windows.isEmpty, schedule.exceptSchedules.isEmpty { return datedChange(index, after: now.seconds, whileOpen: before) }
        var start = now.seconds
        let horizon = start &+ Int64(ScheduleTable.horizonDays) * 86_400
        while start < horizon {
            for second in candidates(index, from: start, to: start &+ 86_400) where second > now.seconds {
                if isOpen(index, at: Instant(seconds: second)) != before { return Instant(seconds: second) }
            }
            start &+= 86_400
        }
        return datedChange(index, after: horizon, whileOpen: before)
    }

    /// Every second in `[from, to)` at which the schedule may open or close, ascending.
    private func candidates(_ index: Int, from: Int64, to: Int64) -> [Int64] {
        var seconds: Set<Int64> = []
        var seen: Set<Int> = []
        collect(index, from: from, to: to, into: &seconds, &seen)
        return seconds.sorted()
    }

    /// - Parameter seen: schedules whose seconds are collected.
    private func collect(_ index: Int, from: Int64, to: Int64, into seconds: inout Set<Int64>, _ seen: inout Set<Int>) {
        guard seen.insert(index).inserted else { return }
        let schedule = schedules[index]
        let minutes = Set(schedule.windows.flatMap { [$0.from, $0.end % 1440] } + [0])
        for stretch in schedule.zone.stretches(from: from, to: to) {
            seconds.insert(stretch.range.lowerBound)
            let offset = Int64(stretch.offset)
            let firstDay = (stretch.range.lowerBound &+ offset).floored(by: 86_400)
            let lastDay = (stretch.range.upperBound &+ offset).floored(by: 86_400)
            for day in firstDay...max(firstDay, lastDay) {
                for minute in minutes {
                    let second = day &* 86_400 &+ Int64(minute) * 60 &- offset
                    if stretch.range.contains(second) { seconds.insert(second) }
                }
            }
        }
        for other in schedule.exceptSchedules { collect(other, from: from, to: to, into: &seconds, &seen) }
    }

    /// The first change on a day that is written out. Past the horizon only those bring anything new: what the days of the week do has been
    /// seen by then.
    private func datedChange(_ index: Int, after moment: Int64, whileOpen before: Bool) -> Instant? {
        let schedule = schedules[index]
        for day in writtenDays(schedule, after: Int(moment.floored(by: 86_400))) {
            let start = Int64(day) * 86_400
            for second in candidates(index, from: start &- 2 * 86_400, to: start &+ 3 * 86_400) where second > moment {
                if isOpen(index, at: Instant(seconds: second)) != before { return Instant(seconds: second) }
            }
        }
        return nil
    }

    private func writtenDays(_ schedule: CompiledSchedule, after day: Int) -> [Int] {
        let patterns = schedule.dates + schedule.exceptDates + schedule.exceptSchedules.flatMap { schedules[$0].dates }
        let year = CivilDate(days: day).year
        let days = patterns.flatMap { pattern -> [Int] in
            switch pattern {
            case .day(let date): [date.days]
            case .range(let first, let last): [first.days, last.days]
            // 29 February may be eight years away.
            case .yearly(let month, let day): ((year - 1)...(year + 9)).compactMap { CivilDate(year: $0, month: month, day: day)?.days }
            }
        }
        return Set(days.filter { $0 >= day - 2 }).sorted()
    }
}
