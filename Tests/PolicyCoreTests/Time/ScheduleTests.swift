import Foundation
import Testing

@testable import PolicyCore

/// Schedules against an oracle that knows the calendar from the system's library and reads the rules off the wall clock, minute by minute.
struct ScheduleTests {
    struct Week: CustomTestStringConvertible, Sendable {
        let zone: String
        let from: String
        var testDescription: String { "\(zone) \(from)" }
    }

    /// Eight days around a change of the clock each: forward and back, by an hour and by half of one, at two, at midnight and at 24:00.
    static let weeks = [
        Week(zone: "Europe/Berlin", from: "2026-10-21T22:00:00Z"), Week(zone: "Europe/Berlin", from: "2027-03-24T22:00:00Z"),
        Week(zone: "Australia/Lord_Howe", from: "2026-04-01T12:00:00Z"), Week(zone: "Australia/Lord_Howe", from: "2026-09-30T12:00:00Z"),
        Week(zone: "America/Havana", from: "2024-03-06T05:00:00Z"), Week(zone: "America/Havana", from: "2024-10-30T04:00:00Z"),
        Week(zone: "Asia/Beirut", from: "2024-03-27T22:00:00Z"), Week(zone: "Asia/Beirut", from: "2024-10-23T21:00:00Z"),
        Week(zone: "America/Sao_Paulo", from: "2018-11-01T00:00:00Z"), Week(zone: "Pacific/Apia", from: "2011-12-26T00:00:00Z"),
    ]

    static let windows: [WeeklyWindow] = [
        WeeklyWindow(days: [DaySet(weekday: 5), DaySet(weekday: 6)], from: 90, to: 135),
        WeeklyWindow(days: [DaySet(weekday: 5)], from: 23 * 60, to: 3 * 60), WeeklyWindow(days: DaySet(weekday: 2), from: 720, to: 720),
        WeeklyWindow(days: [DaySet(weekday: 4), DaySet(weekday: 0)], from: 20 * 60, to: 1440),
        WeeklyWindow(days: DaySet(weekday: 6), from: 0, to: 60), WeeklyWindow(days: DaySet(weekday: 3), from: 30, to: 0),
    ]

    @Test(arguments: weeks) func everyMinute(_ week: Week) throws {
        let zone = try #require(FileZones().zone(week.zone))
        let oracle = try Oracle(week.zone)
        let start = at(week.from).seconds
        for window in ScheduleTests.windows {
            let table = ScheduleTable(schedules: [
                CompiledSchedule(name: "s", zone: zone, windows: [window], dates: [], exceptDates: [], exceptSchedules: [])
            ])
            var lastOpen: Bool?
            var lastChange = start
            for minute in 0..<(8 * 1440) {
                let second = start + Int64(minute) * 60
                let isOpen = oracle.isOpen(window, second)
                #expect(table.isOpen(0, at: Instant(seconds: second)) == isOpen, "\(window) \(second)")
                if let lastOpen, lastOpen != isOpen {
                    #expect(
                        table.nextChange(0, after: Instant(seconds: lastChange)) == Instant(seconds: second),
                        "\(window) after \(lastChange)")
                    #expect(table.nextChange(0, after: Instant(seconds: second - 1)) == Instant(seconds: second))
                    lastChange = second
                }
                lastOpen = isOpen
            }
        }
    }

    /// What the library's calendar says of each minute.
    struct Oracle {
        var calendar = Calendar(identifier: .gregorian)

        init(_ zone: String) throws { calendar.timeZone = try #require(TimeZone(identifier: zone)) }

        func isOpen(_ window: WeeklyWindow, _ second: Int64) -> Bool {
            let date = Date(timeIntervalSince1970: Double(second))
            let parts = calendar.dateComponents([.hour, .minute, .weekday], from: date)
            let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
            // The library counts from Sunday, which is 1.
            let today = ((parts.weekday ?? 1) + 5) % 7
            let overnight = window.to <= window.from
            let startedToday = window.days.contains(weekday: today) && minute >= window.from && (overnight || minute < window.to)
            let startedYesterday = overnight && window.days.contains(weekday: (today + 6) % 7) && minute < window.to
            return startedToday || startedYesterday
        }
    }

    static func table(_ schedules: [CompiledSchedule]) -> ScheduleTable { ScheduleTable(schedules: schedules) }

    static func schedule(
        _ windows: [WeeklyWindow] = [], dates: [DatePattern] = [], exceptDates: [DatePattern] = [], except: [Int] = [],
        zone: ZoneTable = .utc
    ) -> CompiledSchedule {
        CompiledSchedule(name: "s", zone: zone, windows: windows, dates: dates, exceptDates: exceptDates, exceptSchedules: except)
    }

    static func date(_ year: Int, _ month: Int, _ day: Int) throws -> CivilDate {
        try #require(CivilDate(year: year, month: month, day: day))
    }

    /// Minutes inside another schedule's weekly windows are out; on its dates nothing starts.
    @Test func exceptions() throws {
        let always = WeeklyWindow(days: .all, from: 0, to: 1440)
        let lunch = WeeklyWindow(days: .all, from: 720, to: 780)
        let night = WeeklyWindow(days: .all, from: 1260, to: 420)
        let holiday = DatePattern.day(try ScheduleTests.date(2026, 9, 16))
        let table = ScheduleTests.table([
            ScheduleTests.schedule([always], except: [1]), ScheduleTests.schedule([lunch], dates: [holiday]),
            ScheduleTests.schedule([night], except: [1]), ScheduleTests.schedule(dates: [holiday], exceptDates: [holiday]),
        ])
        #expect(table.isOpen(0, at: at("2026-09-15T11:59:00Z")))
        #expect(!table.isOpen(0, at: at("2026-09-15T12:00:00Z")))
        #expect(table.isOpen(0, at: at("2026-09-15T13:00:00Z")))
        #expect(!table.isOpen(0, at: at("2026-09-16T15:00:00Z")))
        #expect(table.isOpen(2, at: at("2026-09-16T06:00:00Z")), "began the day before")
        #expect(!table.isOpen(2, at: at("2026-09-16T22:00:00Z")))
        #expect(!table.isOpen(2, at: at("2026-09-17T06:00:00Z")))
        #expect(!table.isOpen(3, at: at("2026-09-16T06:00:00Z")))
        #expect(table.nextChange(0, after: at("2026-09-15T12:30:00Z")) == at("2026-09-15T13:00:00Z"))
        #expect(table.nextChange(0, after: at("2026-09-15T13:30:00Z")) == at("2026-09-16T00:00:00Z"))
    }

    /// Forty layers of two schedules, each excepting both of the next: 2^40 ways lead to the last.
    @Test(.timeLimit(.minutes(1))) func exceptionsOfExceptions() throws {
        let always = WeeklyWindow(days: .all, from: 0, to: 1440)
        let holiday = DatePattern.day(try ScheduleTests.date(2026, 9, 16))
        let layers = 40
        let table = ScheduleTests.table(
            (0..<layers).flatMap { layer in
                let next = layer + 1 < layers ? [2 * layer + 2, 2 * layer + 3] : []
                return [0, 1].map { _ in ScheduleTests.schedule([always], dates: [holiday], except: next) }
            })
        // The last layer is open, and so every second one before it.
        #expect(table.isOpen(2 * layers - 2, at: at("2026-09-15T12:00:00Z")))
        #expect(!table.isOpen(0, at: at("2026-09-15T12:00:00Z")))
        #expect(table.isOpen(2, at: at("2026-09-15T12:00:00Z")))
        #expect(!table.isOpen(0, at: at("2026-09-16T12:00:00Z")))
        #expect(table.nextChange(0, after: at("2026-09-15T12:00:00Z")) == nil)
    }

    /// Dates of every kind against a walk from minute to minute through a year and a half, and through a change of the clock at midnight.
    @Test(arguments: ["Europe/Berlin", "America/Havana", "Pacific/Auckland"]) func datesStepByStep(_ name: String) throws {
        let zone = try #require(FileZones().zone(name))
        let patterns: [[DatePattern]] = [
            [.yearly(month: 3, day: 10), .day(try ScheduleTests.date(2024, 3, 11))],
            [.yearly(month: 12, day: 31), .yearly(month: 1, day: 1)],
            [.range(try ScheduleTests.date(2024, 10, 20), try ScheduleTests.date(2024, 11, 3)), .day(try ScheduleTests.date(2024, 11, 5))],
        ]
        for dates in patterns {
            let excepted = [DatePattern.day(try ScheduleTests.date(2024, 10, 27))]
            let table = ScheduleTests.table([ScheduleTests.schedule(dates: dates, exceptDates: excepted, zone: zone)])
            let start = at("2023-12-01T00:10:00Z").seconds
            var asked = start
            var last = table.isOpen(0, at: Instant(seconds: start))
            for second in stride(from: start, to: start + 540 * 86_400, by: 600) {
                let isOpen = table.isOpen(0, at: Instant(seconds: second))
                if isOpen == last { continue }
                #expect(table.nextChange(0, after: Instant(seconds: asked)) == Instant(seconds: second), "\(dates) \(asked)")
                asked = second
                last = isOpen
            }
        }
    }

    /// Dates are found however far off; what never changes has no next change.
    @Test func distant() throws {
        let table = ScheduleTests.table([
            ScheduleTests.schedule(dates: [.day(try ScheduleTests.date(2040, 2, 29))]),
            ScheduleTests.schedule(dates: [.yearly(month: 2, day: 29)]),
            ScheduleTests.schedule([WeeklyWindow(days: .all, from: 0, to: 1440)]),
            ScheduleTests.schedule(dates: [.range(try ScheduleTests.date(2020, 1, 1), try ScheduleTests.date(2035, 12, 31))]),
            ScheduleTests.schedule(dates: [.day(try ScheduleTests.date(2020, 1, 1))]),
        ])
        let now = at("2026-09-01T12:00:00Z")
        #expect(table.nextChange(0, after: now) == at("2040-02-29T00:00:00Z"))
        #expect(table.nextChange(1, after: now) == at("2028-02-29T00:00:00Z"))
        #expect(table.nextChange(2, after: now) == nil)
        #expect(table.nextChange(3, after: now) == at("2036-01-01T00:00:00Z"))
        #expect(table.nextChange(4, after: now) == nil)
    }
}
