import Foundation
import PolicyCore
import Testing
import VisitStore

@testable import Reporting

/// Every shipped report on a database that generated visits were recorded in, against a plain computation over the same visits.
@Suite struct ShippedReportsTests {
    /// Three weeks around the days on which summer time ends in Europe, a zone that is half an hour off, and the day summer time begins.
    static let weeks: [(zone: String, start: String, seed: UInt64)] = [
        ("Europe/Berlin", "2026-10-13T00:00:00Z", 1), ("Asia/Kolkata", "2026-09-01T00:00:00Z", 2),
        ("Europe/Berlin", "2026-03-16T00:00:00Z", 3),
        ("America/New_York", "2026-10-20T00:00:00Z", 4), ("UTC", "2026-12-20T00:00:00Z", 5),
    ]

    @Test(arguments: weeks) func numbersAreThoseOfAPlainComputation(_ week: (zone: String, start: String, seed: UInt64)) throws {
        let start = try #require(Instant(rfc3339: week.start)).milliseconds
        var generator = GeneratedVisits(seed: week.seed)
        let visits = generator.make(1_200, start: start, days: 21)
        let recorded = try RecordedVisits(visits, zone: week.zone)
        let plain = try PlainReports(visits, zone: week.zone)
        let first = recorded.zone.day(ofMinute: start / 60_000)
        for name in ShippedReports.names {
            let report = try ShippedReports.report(name)
            for asked in Self.questions(first) where Self.has(report, asked) {
                let result = try report.run(asked.parameters(recorded.zone), on: recorded, now: Instant(milliseconds: start))
                let expected = try #require(plain.rows(name, asked), "\(name) has no plain computation")
                #expect(result.rows == expected, "\(name) in \(week.zone), \(asked.testDescription)")
                #expect(result.complete && result.missing == 0 && !result.isCut)
            }
        }
    }

    /// Single days, the days around a change of the clocks, weeks, everything, and everything filtered.
    private static func questions(_ first: Int64) -> [PlainQuestion] {
        var questions = [0, 11, 12, 13, 14, 20].map { PlainQuestion(first: first + $0, last: first + $0) }
        questions += [PlainQuestion(first: first + 7, last: first + 13), PlainQuestion(first: first - 5, last: first + 30)]
        questions.append(PlainQuestion(first: first + 100, last: first + 110))
        var filtered = PlainQuestion(first: first + 3, last: first + 20)
        filtered.client = "mia-laptop"
        questions.append(filtered)
        filtered = PlainQuestion(first: first + 3, last: first + 20, group: "adults")
        questions += [filtered, PlainQuestion(first: first, last: first + 13, site: "site3.example")]
        questions.append(PlainQuestion(first: first, last: first + 20, category: "video"))
        questions.append(PlainQuestion(first: first, last: first + 20, client: "mia-laptop", group: "adults"))
        questions.append(PlainQuestion(first: first, last: first + 20, client: "nobody"))
        return questions
    }

    private static func has(_ report: Report, _ asked: PlainQuestion) -> Bool {
        let filters = [
            (asked.client, ReportDefinition.Filter.client), (asked.group, .group), (asked.site, .site), (asked.category, .category),
        ]
        return filters.allSatisfy { $0.0 == nil || report.definition.filters.contains($0.1) }
    }

    @Test func shippedAtLeast() {
        let promised = [
            "overview", "top-sites", "top-categories", "top-clients", "blocked", "bandwidth", "time-spent", "heat-map", "client-day",
            "rules",
            "first-seen", "comparison", "coverage", "budgets", "rule-hits", "list-hits", "dead-rules",
        ]
        #expect(Set(promised).isSubset(of: ShippedReports.names))
    }

    /// Programs read these by name.
    @Test(arguments: ["top-sites", "top-clients", "top-categories"]) func columnsPromised(_ name: String) throws {
        let columns = try ShippedReports.report(name).definition.columns.map(\.name)
        #expect(columns == ["name", "visits", "pageviews", "up", "down", "minutes", "blocked"])
    }

    @Test(arguments: ShippedReports.names) func everythingIsSaidInBothLanguages(_ name: String) throws {
        let definition = try ShippedReports.report(name).definition
        #expect(definition.title["de"] != nil && definition.description["de"] != nil)
        for column in definition.columns where column.kind != .hidden {
            #expect(column.title["de"] != nil, "\(column.name)")
            #expect(column.empty == nil || column.empty?["de"] != nil, "\(column.name)")
        }
    }
}

extension PlainQuestion {
    func parameters(_ zone: ReportingZone) -> ReportParameters {
        ReportParameters(
            from: Instant(milliseconds: zone.start(ofDay: first) * 60_000), to: Instant(milliseconds: zone.start(ofDay: last + 1) * 60_000),
            client: client, group: group, site: site, category: category, limit: 1_000)
    }
}
