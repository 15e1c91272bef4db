import GRDB
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// Every statement and view is valid, and those that are run often use an index.
@Suite struct StatementTests {
    private func plan(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [String] {
        let directory = try TemporaryDirectory()
        return try VisitDatabase.openWriter(directory: directory.path).read {
            try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] }
        }
    }

    @Test(arguments: Views.names) func viewsCanBeRead(_ view: String) throws {
        let directory = try TemporaryDirectory()
        let rows = try VisitDatabase.openWriter(directory: directory.path).read { try Row.fetchAll($0, sql: "SELECT * FROM \(view)") }
        #expect(rows.isEmpty)
    }

    @Test(arguments: [
        (VisitQuery(), "visit_time"), (VisitQuery(verdict: .block), "visit_blocked"),
        (VisitQuery(from: .init(milliseconds: 1), text: "x"), "visit_time"),
    ])
    func visitsAreReadByIndex(_ query: VisitQuery, _ index: String) throws {
        let directory = try TemporaryDirectory()
        let details = try VisitDatabase.openWriter(directory: directory.path).read { database -> [String] in
            let select = try VisitSelect(query, in: database)
            let sql = "EXPLAIN QUERY PLAN " + select.sql(oldestFirst: false, limit: 50)
            return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(select.arguments)).map { $0["detail"] }
        }
        #expect(details.contains { $0.contains("USING INDEX \(index)") })
        #expect(!details.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") && !$0.contains("INDEX") })
    }

    @Test func oneClientsVisitsAreReadByItsIndex() throws {
        let directory = try TemporaryDirectory()
        let details = try VisitDatabase.openWriter(directory: directory.path).write { database -> [String] in
            try database.execute(sql: "INSERT INTO client (name, first_seen, last_seen) VALUES ('anna', 0, 0)")
            let select = try VisitSelect(VisitQuery(client: "anna"), in: database)
            let sql = "EXPLAIN QUERY PLAN " + select.sql(oldestFirst: false, limit: 50)
            return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(select.arguments)).map { $0["detail"] }
        }
        #expect(details.contains { $0.contains("USING INDEX visit_client") })
        #expect(!details.contains { $0.contains("TEMP B-TREE") })
    }

    @Test func rebuildReadsInOrderOfRows() throws {
        #expect(try plan(RollUpRebuild.visits, [0, 10]).allSatisfy { $0.hasPrefix("SEARCH") })
        #expect(try plan(RollUpRebuild.activity, [0, 10]).allSatisfy { $0.hasPrefix("SEARCH") })
    }

    @Test(arguments: ["v_day_client_site", "v_day_client_category", "v_day_client_rule"])
    func daysAreReadByTheirKey(_ view: String) throws {
        #expect(
            try plan("SELECT SUM(visits) FROM \(view) WHERE day BETWEEN 1 AND 2").contains {
                $0.contains("USING PRIMARY KEY (day>? AND day<?)")
            })
    }
}
