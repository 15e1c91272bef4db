import Synchronization

/// A schedule ready to be asked: a function of its zone's wall clock alone, so that minutes a clock change repeats count both times and
/// those it skips never come.
final class CompiledSchedule: Sendable {
    let name: String
    let zone: ZoneTable
    let windows: [WeeklyWindow]
    let dates: [DatePattern]
    let exceptDates: [DatePattern]
    /// Indexes of other schedules; without circles.
    let exceptSchedules: [Int]
    /// The minute of UTC asked about last, shifted left by one, and in the lowest bit whether the schedule is open in it; 0 before the first.
    /// One word that stands for itself, so that no order between threads matters.
    let lastAnswer = Atomic<Int64>(0)

    init(name: String, zone: ZoneTable, windows: [WeeklyWindow], dates: [DatePattern], exceptDates: [DatePattern], exceptSchedules: [Int]) {
        self.name = name
        self.zone = zone
        self.windows = windows
        self.dates = dates
        self.exceptDates = exceptDates
        self.exceptSchedules = exceptSchedules
    }
}

extension DatePattern {
    /// - Parameter day: days after 1970-01-01.
    func contains(day: Int) -> Bool {
        switch self {
        case .day(let date): return date.days == day
        case .range(let first, let last): return first.days <= day && day <= last.days
        case .yearly(let month, let dayOfMonth):
            let date = CivilDate(days: day)
            return date.month == month && date.day == dayOfMonth
        }
    }
}

/// All schedules of a policy, which refer to one another by index.
struct ScheduleTable: Sendable {
    let schedules: [CompiledSchedule]

    subscript(index: Int) -> CompiledSchedule { schedules[index] }

    /// From here on (March 1973) every zone's offset is whole minutes and changes at one.
    private static let firstWholeMinutes: Int64 = 100_000_000

    /// Whether a schedule is open at an instant. Requests come many to the minute and an answer holds for a minute.
    func isOpen(_ index: Int, at now: Instant) -> Bool {
        let schedule = schedules[index]
        guard now.seconds >= ScheduleTable.firstWholeMinutes else { return isOpenByCalendar(schedule, at: now) }
        let key = (now.seconds / 60) &<< 1
        let last = schedule.lastAnswer.load(ordering: .relaxed)
        if last & ~1 == key { return last & 1 == 1 }
        let isOpen = isOpenByCalendar(schedule, at: now)
        schedule.lastAnswer.store(key | (isOpen ? 1 : 0), ordering: .relaxed)
        return isOpen
    }

    private func isOpenByCalendar(_ schedule: CompiledSchedule, at now: Instant) -> Bool {
        let (day, minute) = schedule.zone.wallClock(at: now)
        let opens = startsDateDay(schedule, on: day) || isWeeklyOpen(schedule, day: day, minute: minute)
        return opens && !isCutOut(schedule, at: now)
    }

    private func startsDateDay(_ schedule: CompiledSchedule, on day: Int) -> Bool {
        schedule.dates.contains { $0.contains(day: day) } && !isExcepted(day, of: schedule)
    }

    private func isWeeklyOpen(_ schedule: CompiledSchedule, day: Int, minute: Int) -> Bool {
        for window in schedule.windows {
            if minute >= window.from, minute < window.end, starts(window, of: schedule, on: day) { return true }
            if minute + 1440 < window.end, starts(window, of: schedule, on: day - 1) { return true }
        }
        return false
    }

    private func starts(_ window: WeeklyWindow, of schedule: CompiledSchedule, on day: Int) -> Bool {
        window.days.contains(weekday: CivilDate.weekday(ofDay: day)) && !isExcepted(day, of: schedule)
    }

    /// Whether no window starts on this day: it is one of the excepted dates, or a date of an excepted schedule.
    private func isExcepted(_ day: Int, of schedule: CompiledSchedule) -> Bool {
        var known: [Int: Bool] = [:]
        return isExcepted(day, of: schedule, &known)
    }

    /// - Parameter known: whether the day is a date of a schedule: each is asked once, however many ways lead to it.
    private func isExcepted(_ day: Int, of schedule: CompiledSchedule, _ known: inout [Int: Bool]) -> Bool {
        if schedule.exceptDates.contains(where: { $0.contains(day: day) }) { return true }
        for index in schedule.exceptSchedules {
            if let isDate = known[index] {
                if isDate { return true }
                continue
            }
            let other = schedules[index]
            var isDate = other.dates.contains { $0.contains(day: day) }
            if isDate { isDate = !isExcepted(day, of: other, &known) }
            known[index] = isDate
            if isDate { return true }
        }
        return false
    }

    /// Whether an excepted schedule's weekly windows take this instant out.
    private func isCutOut(_ schedule: CompiledSchedule, at now: Instant) -> Bool {
        var known: [Int: Bool] = [:]
        return isCutOut(schedule, at: now, &known)
    }

    /// - Parameter known: whether a schedule's weekly windows take it out: each is asked once, however many ways lead to it.
    private func isCutOut(_ schedule: CompiledSchedule, at now: Instant, _ known: inout [Int: Bool]) -> Bool {
        for index in schedule.exceptSchedules {
            if let cuts = known[index] {
                if cuts { return true }
                continue
            }
            let other = schedules[index]
            let (day, minute) = other.zone.wallClock(at: now)
            var cuts = isWeeklyOpen(other, day: day, minute: minute)
            if cuts { cuts = !isCutOut(other, at: now, &known) }
            known[index] = cuts
            if cuts { return true }
        }
        return false
    }
}
