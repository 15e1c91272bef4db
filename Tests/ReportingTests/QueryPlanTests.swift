import Foundation
import GRDB
import PolicyCore
import Testing
import VisitStore

@testable import Reporting

/// No report may cost more the more was ever recorded: each is answered from roll-ups, entered through the key that time leads.
@Suite struct QueryPlanTests {
    @Test(arguments: ShippedReports.names) func timeLeadsEveryReport(_ name: String) throws {
        let recorded = try Self.recorded.get()
        let report = try ShippedReports.report(name)
        let parameters = ReportParameters(client: "anna")
        let asked = report.definition.filters.contains(.client) ? parameters : ReportParameters()
        let span = ReportSpan(asked, definition: report.definition, zone: recorded.zone, now: Instant(milliseconds: 1_800_000_000_000))
        let steps = try recorded.read { database in
            ReportFunctions.register(recorded.zone, on: database)
            let arguments = span.arguments(asked, for: report.definition.bound, limit: 100)
            return try String.fetchAll(
                database, sql: "EXPLAIN QUERY PLAN " + report.definition.sql, arguments: arguments, adapter: Self.detail)
        }
        #expect(!steps.isEmpty)
        // Views are entered by their short names: `v` is the raw table of visits, whose rows no report touches.
        #expect(!steps.contains { $0.contains("visit") || $0.hasPrefix("SCAN v ") || $0.hasPrefix("SEARCH v ") }, "\(steps)")
        // What the policy consists of is as short as the policy.
        let scans = steps.filter { $0.hasPrefix("SCAN ") && !$0.hasPrefix("SCAN (subquery") && !$0.hasPrefix("SCAN policy_") }
        #expect(scans.isEmpty, "\(steps)")
        let first = try #require(steps.first { $0.hasPrefix("SEARCH ") })
        #expect(first.contains("(day>? AND day<?)") || first.contains("(hour>? AND hour<?)") || first.contains("(to_time>?)"), "\(steps)")
    }

    /// The fourth column of a plan's row is what it says.
    private static let detail = RangeRowAdapter(3..<4)

    private static let recorded = Result {
        var generator = GeneratedVisits(seed: 9)
        return try RecordedVisits(generator.make(300, start: 1_799_900_000_000, days: 2), zone: "Europe/Berlin")
    }
}
