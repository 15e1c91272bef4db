import Foundation
import Testing

@testable import PolicyCore

struct ZoneTableTests {
    static let zones = [
        "Europe/Paris", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu",
        "Asia/Beirut", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Gaza", "Antarctica/Troll", "America/Nuuk", "UTC", "Asia/Tehran",
    ]

    /// Zones whose rules have stood for long: libraries carry editions of the time zone database of their own.
    static let steady: Set<String> = ["Europe/Paris", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]

    /// Offsets are those another library finds, in the table and far beyond it.
    @Test(arguments: zones) func offsets(_ name: String) throws {
        let table = try #require(FileZones().zone(name))
        let zone = try #require(TimeZone(identifier: name))
        let end: Int64 = ZoneTableTests.steady.contains(name) ? 4_000_000_000 : at("2019-01-01T00:00:00Z").seconds
        for seconds in stride(from: Int64(0), to: end, by: 86_400 * 5 + 3_777) {
            let theirs = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
            #expect(table.offset(at: seconds) == theirs, "\(name) \(seconds)")
        }
    }

    /// Between transitions nothing changes, and at each something does.
    @Test(arguments: zones) func transitions(_ name: String) throws {
        let table = try #require(FileZones().zone(name))
        var seconds: Int64 = 1_700_000_000
        for _ in 0..<40 {
            guard let next = table.nextTransition(after: seconds) else { break }
            #expect(next > seconds)
            #expect(table.offset(at: next) != table.offset(at: next - 1))
            #expect(table.offset(at: (seconds + next) / 2) == table.offset(at: next - 1))
            seconds = next
        }
    }

    @Test(arguments: [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2050-07-01T00:00:00Z", 7200), ("CET-1CEST,M3.5.0,M10.5.0/3", "2050-12-01T00:00:00Z", 3600),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2050-12-01T00:00:00Z", 39_600), ("EST5", "2050-01-01T00:00:00Z", -18_000),
        ("IST-2IDT,M3.4.4/26,M10.5.0", "2050-06-01T00:00:00Z", 10_800), ("XXX3YYY,J60/0,J300/0", "2052-03-01T02:59:00Z", -10_800),
        ("XXX3YYY,J60/0,J300/0", "2052-03-01T03:01:00Z", -7200), ("XXX3YYY,59/0,300/0", "2052-02-29T03:01:00Z", -7200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-07-01T00:00:00Z", -3600),
    ])
    func rules(_ text: String, _ moment: String, _ offset: Int) throws {
        let rule = try #require(ZoneRule(Array(text.utf8)[...]))
        #expect(rule.offset(at: at(moment).seconds) == offset)
    }

    @Test(arguments: [
        "", "CET", "1", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0x", "<CET-1", "C1",
        "CET-999",
    ])
    func badRules(_ text: String) { #expect(ZoneRule(Array(text.utf8)[...]) == nil) }

    /// A file cut anywhere, or with bytes changed, is read or refused.
    @Test func damagedFiles() throws {
        let bytes = Array(try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin")))
        for length in stride(from: 0, to: bytes.count, by: 7) { _ = ZoneTable(tzif: Array(bytes[..<length])) }
        for index in stride(from: 0, to: bytes.count, by: 3) {
            var damaged = bytes
            damaged[index] = 0xff
            if let table = ZoneTable(tzif: damaged) { _ = table.wallClock(at: at("2026-09-01T00:00:00Z")) }
        }
        #expect(ZoneTable(tzif: []) == nil)
    }

    @Test func civilDates() {
        for days in stride(from: -700_000, to: 2_900_000, by: 97) {
            let date = CivilDate(days: days)
            #expect(date.days == days)
            #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
        }
        #expect(CivilDate(days: 0).weekday == 3)
        #expect(CivilDate(year: 2026, month: 9, day: 7)?.weekday == 0)
        #expect(CivilDate(year: 2100, month: 2, day: 29) == nil)
        #expect(CivilDate(days: .max).year == 9999 && CivilDate(days: .min).year == 1)
    }

    @Test(arguments: [
        ("2026-09-01T08:30:00+02:00", 1_788_244_200_000), ("2026-09-01 06:30:00Z", 1_788_244_200_000),
        ("2026-09-01t06:30:00.25z", 1_788_244_200_250),
        ("2026-09-01T06:30Z", 1_788_244_200_000), ("1969-12-31T23:59:59.999Z", -1),
    ])
    func timestamps(_ text: String, _ milliseconds: Int64) { #expect(Instant(rfc3339: text)?.milliseconds == milliseconds) }

    @Test(arguments: [
        "", "2026-09-01", "2026-09-01T08:30:00", "2026-02-30T00:00:00Z", "2026-09-01T24:00:00Z", "2026-09-01T08:60:00Z",
        "2026-09-01T08:30:00+2:00",
        "2026-09-01T08:30:00.Z", "2026-09-01T08:30:00Zx", "0000-01-01T00:00:00Z", "２026-09-01T08:30:00Z",
    ])
    func badTimestamps(_ text: String) { #expect(Instant(rfc3339: text) == nil) }

    @Test func written() throws {
        let zone = try #require(FileZones().zone("America/St_Johns"))
        #expect(at("2026-09-01T00:00:00.070Z").rfc3339(in: zone, fraction: true) == "2026-08-31T21:30:00.070-02:30")
        #expect(at("2026-01-01T00:00:00Z").rfc3339(in: .utc) == "2026-01-01T00:00:00+00:00")
        #expect(Instant(milliseconds: -1).rfc3339(in: .utc, fraction: true) == "1969-12-31T23:59:59.999+00:00")
    }
}
