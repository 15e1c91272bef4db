import Foundation
import PolicyCore
import Testing
import Visits

@testable import VisitStore

@Suite struct ValuesTests {
    @Test(arguments: [
        (0 as Int64, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
        (someTime, "2026-09-01T08:30:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func timesAreRFC3339(_ milliseconds: Int64, _ text: String) { #expect(CivilTime.rfc3339(milliseconds) == text) }

    @Test func datesAgreeWithFoundation() throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyy-MM-dd"
        for day in stride(from: -20_000 as Int64, to: 60_000, by: 97) {
            #expect(CivilTime.text(ofDay: day) == formatter.string(from: Date(timeIntervalSince1970: Double(day) * 86_400)))
        }
    }

    @Test(arguments: [
        ("www.example.co.uk", "example.co.uk"), ("example.com", "example.com"), ("localhost", "localhost"), ("10.1.2.3", "10.1.2.3"),
        ("2001:db8::1", "2001:db8::1"), ("com", "com"), ("a.b.github.io", "b.github.io"),
    ])
    func sitesAreRegistrableDomains(_ host: String, _ site: String) { #expect(RegistrableSite.of(host) == site) }

    @Test func daysBeginAtLocalMidnightAlsoWhereThereIsNone() {
        // Clocks go from 00:00 to 01:00 at the beginning of day 20,000, and from 00:00 back to 23:00 at its end.
        let midnight: Int64 = 20_000 * 86_400
        let zone = ReportingZone(name: "Odd") { $0 >= midnight && $0 < midnight + 82_800 ? 3_600 : 0 }
        #expect(zone.start(ofDay: 20_000) == 20_000 * 1_440)
        #expect(zone.day(ofMinute: 20_000 * 1_440 - 1) == 19_999)
        #expect(zone.day(ofMinute: zone.start(ofDay: 20_001)) == 20_001)
        #expect(zone.day(ofMinute: zone.start(ofDay: 20_001) - 1) == 20_000)
    }

    @Test(arguments: [(0, 0 as Int64), (19_800, 30), (-12_600, 30), (20_700, 15), (37_800, 30)])
    func hoursBeginWhereLocalHoursDo(_ offset: Int, _ rest: Int64) {
        let zone = ReportingZone(name: "Fixed") { _ in offset }
        for minute in stride(from: 1_000_000 as Int64, to: 1_001_000, by: 7) {
            let start = zone.hourStart(ofMinute: minute)
            #expect(start <= minute && minute - start < 60)
            #expect((start % 60 + 60) % 60 == rest)
        }
    }

    @Test func lineIsJSONWhateverTextsHold() throws {
        var row = VisitRow(
            id: "1-2-3", number: nil, time: Instant(milliseconds: 0), client: "\u{0}\"\\\n\u{7f}é\u{202e}", verdict: .reject,
            outcome: .rejected)
        row.reason = "bad-framing"
        let read = try #require(try JSONSerialization.jsonObject(with: Data(row.jsonLine.utf8)) as? [String: Any])
        #expect(read["client"] as? String == row.client)
        #expect(read["host"] is NSNull)
        #expect(read["ms"] is NSNull)
        #expect(
            Set(read.keys)
                == Set(
                    "id time client address user group method scheme host port path verdict rule category status up down ms outcome reason generation"
                        .split(separator: " ").map(String.init)))
    }

    @Test func storedCodesAreReadAsWritten() {
        for verdict in VisitVerdict.allCases { #expect(VisitVerdict(code: verdict.code) == verdict) }
        for outcome in Outcome.allCases { #expect(Outcome(code: outcome.code) == outcome) }
        #expect(VisitVerdict(code: 0) == nil)
        #expect(Outcome(code: 99) == nil)
    }
}
