import Foundation
import GRDB
import PolicyCore
import Testing
import VisitStore

@testable import Reporting

/// What running a report does beside its numbers.
@Suite struct ReportRunTests {
    private static let start: Int64 = 1_788_220_800_000
    private static let now = Instant(milliseconds: start + 86_400_000 * 2)

    private func recorded() throws -> RecordedVisits {
        var generator = GeneratedVisits(seed: 7)
        return try RecordedVisits(generator.make(400, start: Self.start, days: 3), zone: "Europe/Berlin")
    }

    private func report(_ sql: String, columns: String = "[{ name: name, title: Name }]") throws -> Report {
        let catalog = try ReportCatalog(definitions: [("mine", "title: Mine\nsql: \"\(sql)\"\ncolumns: \(columns)")])
        return try #require(catalog.report(named: "mine"))
    }

    @Test func aFilterAReportDoesNotHaveIsRefused() throws {
        let recorded = try recorded()
        let error = #expect(throws: ReportError.self) {
            try ShippedReports.report("overview").run(ReportParameters(site: "site1.example"), on: recorded, now: Self.now)
        }
        #expect(error?.description == "report overview cannot be filtered by site; it can by client, group, category")
    }

    @Test func rowsBeyondTheLimitAreCutAndSaidToBe() throws {
        let recorded = try recorded()
        let report = try ShippedReports.report("top-sites")
        let all = try report.run(ReportParameters(limit: 1_000), on: recorded, now: Self.now)
        let three = try report.run(ReportParameters(limit: 3), on: recorded, now: Self.now)
        #expect(all.rows.count > 3 && !all.isCut && three.isCut)
        #expect(three.rows == Array(all.rows.prefix(3)))
        let exact = try report.run(ReportParameters(limit: all.rows.count), on: recorded, now: Self.now)
        #expect(!exact.isCut && exact.rows == all.rows)
        #expect(ReportParameters(limit: 5_000).limit == 1_000 && ReportParameters(limit: -1).limit == 1)
    }

    /// A month of hours is more rows than the usual limit; a series is never cut at it.
    @Test func seriesGiveTheirWholeSpan() throws {
        let recorded = try recorded()
        let overview = try ShippedReports.report("overview").run(ReportParameters(limit: 1), on: recorded, now: Self.now)
        #expect(overview.rows.count == 3 && !overview.isCut)
        let endless = try report("WITH RECURSIVE n(name) AS (SELECT 1 UNION ALL SELECT name + 1 FROM n) SELECT name FROM n")
            .run(ReportParameters(limit: 5), on: recorded, now: Self.now)
        #expect(endless.rows.count == 1_000 && endless.isCut)
    }

    @Test func aSlowReportIsStopped() throws {
        let recorded = try recorded()
        let slow = try report("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) AS name FROM n")
        let error = #expect(throws: VisitStoreError.self) { try slow.run(ReportParameters(), on: recorded, now: Self.now, seconds: 0.2) }
        guard case .deadline = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try !report("SELECT 1 AS name").run(ReportParameters(), on: recorded, now: Self.now).rows.isEmpty)
    }

    @Test(arguments: [
        "DELETE FROM visit", "DROP TABLE visit", "UPDATE client SET name = 'x'", "PRAGMA query_only = 0", "ATTACH 'x.sqlite' AS x",
        "SELECT nonsense",
        "SELECT 1 AS other", "SELECT 1 AS name; DELETE FROM visit",
    ])
    func nothingButASelectOfItsColumnsRuns(_ sql: String) throws {
        let recorded = try recorded()
        let count = try recorded.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM visit") }
        #expect(throws: (any Error).self) { try report(sql).run(ReportParameters(), on: recorded, now: Self.now) }
        #expect(try recorded.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM visit") } == count)
        #expect(!FileManager.default.fileExists(atPath: "x.sqlite"))
    }

    /// What was lost is said, in every report whose days it touches and in no other.
    @Test func gapsAreTold() throws {
        let recorded = try recorded()
        let gap = Self.start + 86_400_000
        try DatabaseQueue(path: recorded.path + "/visits.sqlite").write { database in
            let sql = "INSERT INTO gap (from_time, to_time, missing, cause) VALUES (?, ?, ?, ?)"
            try database.execute(sql: sql, arguments: [gap, gap + 1_000, 7, "unwritten"])
            try database.execute(sql: sql, arguments: [gap + 5_000, gap + 9_000, nil, "power-loss"])
        }
        let clients = try ShippedReports.report("top-clients")
        let touched = try clients.run(ReportParameters(), on: recorded, now: Self.now)
        #expect(!touched.complete && touched.missing == 7)
        #expect(touched.json().contains("\"complete\":false,\"missing\":7"))
        let after = try clients.run(ReportParameters(from: Self.now), on: recorded, now: Self.now)
        #expect(after.complete && after.missing == 0)
        let gaps = try ShippedReports.report("coverage").run(ReportParameters(), on: recorded, now: Self.now)
        #expect(
            gaps.rows == [
                [.integer(gap + 5_000), .integer(gap + 9_000), .none, .text("power-loss")],
                [.integer(gap), .integer(gap + 1_000), .integer(7), .text("unwritten")],
            ])
    }

    @Test(arguments: [Int64.min, -1, 0, .max]) func noMomentTraps(_ moment: Int64) throws {
        let recorded = try recorded()
        let instant = Instant(milliseconds: moment)
        for name in ShippedReports.names {
            for parameters in [
                ReportParameters(from: instant), ReportParameters(to: instant), ReportParameters(from: instant, to: instant),
            ] {
                let result = try ShippedReports.report(name).run(parameters, on: recorded, now: Self.now)
                _ = (result.json(), result.csv(), result.html(), result.svgFile(), result.text())
            }
        }
    }
}
