import Foundation
import GRDB
import PatternMatching
import PolicyCore
import Visits

@testable import VisitStore

/// 2026-09-01T08:30:00Z.
let someTime: Int64 = 1_788_251_400_000

func options(_ directory: TemporaryDirectory, _ change: (inout VisitStoreOptions) -> Void = { _ in }) -> VisitStoreOptions {
    var options = VisitStoreOptions(
        directory: directory.path, clock: { someTime + 600_000 }, segmentBytes: 64 << 10, drainMilliseconds: 5)
    change(&options)
    return options
}

func sample(
    _ number: Int = 0, at time: Int64 = someTime, client: String = "anna", host: String = "www.example.com", verdict: VisitVerdict = .allow,
    rule: String? = "groups.kids.default", category: String? = nil, isPage: Bool = true, budget: BudgetKey? = nil
) -> VisitBeginning {
    VisitBeginning(
        time: Instant(milliseconds: time), client: client, address: IPAddress("192.168.1.20"), group: "kids", method: "GET", scheme: "http",
        host: host, port: 80, path: "/page/\(number)", verdict: verdict, rule: rule, category: category, generation: 7, isPage: isPage,
        userAgent: "Mozilla/5.0 (X11; Linux x86_64) Test", budget: budget)
}

func ending(
    _ id: VisitID, at time: Int64 = someTime, up: UInt64 = 10, down: UInt64 = 1_000, status: UInt16 = 200, outcome: Outcome = .complete
) -> VisitEnd {
    VisitEnd(
        id: id, status: status, up: up, down: down, milliseconds: 25, outcome: outcome, mediaType: "text/html",
        lastMinute: Instant(milliseconds: time).minute)
}

/// Waits until something holds, at most `seconds`.
func eventually(_ seconds: Double = 10, _ holds: () throws -> Bool) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end {
        if try holds() { return true }
        usleep(3_000)
    }
    return try holds()
}

extension VisitReading {
    func all(_ query: VisitQuery = VisitQuery(), oldestFirst: Bool = true, includingJournal: Bool = true) throws -> [VisitRow] {
        var rows: [VisitRow] = []
        try each(matching: query, oldestFirst: oldestFirst, includingJournal: includingJournal) { row in
            rows.append(row)
            return true
        }
        return rows
    }

    func number(_ sql: String) throws -> Int64 { try read { try Int64.fetchOne($0, sql: sql) ?? -1 } }
}
