import Foundation
import Testing

@testable import PolicyCore

/// Schedules made at random, with everything they can say, against a plain reading of the specification minute by minute, over both
/// changes of the clock in seven zones.
struct GeneratedScheduleTests {
    struct Change: CustomTestStringConvertible, Sendable {
        let zone: String
        /// Three days before the clock changes.
        let from: String
        var testDescription: String { "\(zone) \(from)" }
    }

    static let changes = [
        Change(zone: "Europe/Berlin", from: "2026-03-26T00:00:00Z"), Change(zone: "Europe/Berlin", from: "2026-10-22T00:00:00Z"),
        Change(zone: "America/New_York", from: "2026-03-05T00:00:00Z"), Change(zone: "America/New_York", from: "2026-10-29T00:00:00Z"),
        // By half an hour.
        Change(zone: "Australia/Lord_Howe", from: "2026-04-01T12:00:00Z"),
        Change(zone: "Australia/Lord_Howe", from: "2026-09-30T12:00:00Z"),
        // At midnight, or back over it. (Of later years the system's library and its zone files disagree on Havana.)
        Change(zone: "America/Havana", from: "2024-03-07T05:00:00Z"), Change(zone: "America/Havana", from: "2024-10-31T04:00:00Z"),
        Change(zone: "Asia/Beirut", from: "2026-03-26T00:00:00Z"), Change(zone: "Asia/Beirut", from: "2026-10-21T21:00:00Z"),
        Change(zone: "Africa/Cairo", from: "2026-04-21T00:00:00Z"), Change(zone: "Africa/Cairo", from: "2026-10-26T21:00:00Z"),
        Change(zone: "America/Sao_Paulo", from: "2018-11-01T00:00:00Z"), Change(zone: "America/Sao_Paulo", from: "2018-02-14T00:00:00Z"),
    ]

    private static let minutes = 5 * 1440

    /// What the wall clock of a zone shows in each minute, by the system's calendar.
    private struct Wall {
        /// Days since 1970 of the date shown, and the minute of the day.
        var days: [Int] = []
        var minutes: [Int] = []

        init(_ zone: String, from: Int64) throws {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = try #require(TimeZone(identifier: zone))
            var utc = Calendar(identifier: .gregorian)
            utc.timeZone = try #require(TimeZone(identifier: "UTC"))
            for minute in 0..<GeneratedScheduleTests.minutes {
                let parts = calendar.dateComponents(
                    [.year, .month, .day, .hour, .minute], from: Date(timeIntervalSince1970: Double(from) + Double(minute) * 60))
                let noon = try #require(utc.date(from: DateComponents(year: parts.year, month: parts.month, day: parts.day)))
                days.append(Int(noon.timeIntervalSince1970) / 86_400)
                minutes.append((parts.hour ?? 0) * 60 + (parts.minute ?? 0))
            }
        }
    }

    /// A schedule as the specification speaks of it.
    private struct Plain {
        var windows: [WeeklyWindow]
        var dates: [Int]
        var exceptDates: [Int]

        func isExcepted(_ day: Int, _ other: Plain?) -> Bool {
            exceptDates.contains(day) || (other.map { $0.dates.contains(day) && !$0.exceptDates.contains(day) } ?? false)
        }

        /// Whether one of its weekly windows holds this minute of this day; on excepted dates none starts.
        func isInWindow(_ day: Int, _ minute: Int, _ other: Plain?) -> Bool {
            func starts(_ window: WeeklyWindow, _ day: Int) -> Bool {
                // 1970 began on a Thursday, the third day after Monday.
                window.days.contains(weekday: (day + 3) % 7) && !isExcepted(day, other)
            }
            return windows.contains { window in
                if window.to > window.from { return starts(window, day) && window.from <= minute && minute < window.to }
                return (starts(window, day) && minute >= window.from) || (starts(window, day - 1) && minute < window.to)
            }
        }

        func isOpen(_ day: Int, _ minute: Int, _ other: Plain?) -> Bool {
            isInWindow(day, minute, other) || (dates.contains(day) && !isExcepted(day, other))
        }

        func compiled(_ name: String, _ zone: ZoneTable, except: [Int]) -> CompiledSchedule {
            CompiledSchedule(
                name: name, zone: zone, windows: windows, dates: dates.map { .day(CivilDate(days: $0)) },
                exceptDates: exceptDates.map { .day(CivilDate(days: $0)) }, exceptSchedules: except)
        }

        static func random(around day: Int, _ random: inout SeededGenerator) -> Plain {
            let windows = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                // Most of it happens at night, where clocks change.
                let from = random.once(in: 2) ? Int.random(in: 0...239, using: &random) : Int.random(in: 0...1439, using: &random)
                let to = random.once(in: 2) ? Int.random(in: 1...240, using: &random) : Int.random(in: 1...1440, using: &random)
                return WeeklyWindow(days: DaySet(rawValue: UInt8.random(in: 1...127, using: &random)), from: from, to: to)
            }
            func days(_ count: Int, _ random: inout SeededGenerator) -> [Int] {
                (0..<count).map { _ in day + Int.random(in: 0...6, using: &random) }
            }
            return Plain(
                windows: windows, dates: days(windows.isEmpty ? 2 : Int.random(in: 0...1, using: &random), &random),
                exceptDates: days(Int.random(in: 0...1, using: &random), &random))
        }
    }

    @Test(arguments: changes) func everyMinute(_ change: Change) throws {
        let zone = try #require(FileZones().zone(change.zone))
        let start = at(change.from).seconds
        let wall = try Wall(change.zone, from: start)
        let elsewhere = try Wall("Asia/Tokyo", from: start)
        let tokyo = try #require(FileZones().zone("Asia/Tokyo"))
        var random = SeededGenerator(state: UInt64(bitPattern: start))
        for number in 0..<8 {
            let plain = Plain.random(around: wall.days[0], &random)
            let other = random.once(in: 2) ? Plain.random(around: wall.days[0], &random) : nil
            let isElsewhere = random.once(in: 3)
            let table = ScheduleTable(
                schedules: [plain.compiled("s", zone, except: other == nil ? [] : [1])]
                    + (other.map { [$0.compiled("t", isElsewhere ? tokyo : zone, except: [])] } ?? []))
            let otherWall = isElsewhere ? elsewhere : wall
            var last: Bool?
            var asked = start
            for index in 0..<GeneratedScheduleTests.minutes {
                let isCutOut = other?.isInWindow(otherWall.days[index], otherWall.minutes[index], nil) ?? false
                let isOpen = plain.isOpen(wall.days[index], wall.minutes[index], other) && !isCutOut
                let second = start + Int64(index) * 60
                if table.isOpen(0, at: Instant(seconds: second)) != isOpen {
                    Issue.record("\(change), schedule \(number): \(plain) except \(String(describing: other)) at \(second): \(!isOpen)")
                    return
                }
                if let last, last != isOpen {
                    #expect(
                        table.nextChange(0, after: Instant(seconds: asked)) == Instant(seconds: second),
                        "\(change), schedule \(number): \(plain) except \(String(describing: other)) after \(asked)")
                    asked = second
                }
                last = isOpen
            }
        }
    }
}
