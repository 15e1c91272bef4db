import Foundation
import PolicyCore
import Visits

@testable import Reporting

extension PlainReports {
    func firstSeen(_ asked: PlainQuestion) -> [[ReportValue]] {
        var first: [String: PlainVisit] = [:]
        for visit in visits {
            if let site = visit.site, first[site] == nil { first[site] = visit }
        }
        let new = first.filter { asked.days.contains(place($0.value.minute).day) }
        let all = tallies { visit, ground, place in
            visit.site.flatMap { new[$0] != nil && asked.days.contains(place.day) && asked.takes(visit, ground) ? $0 : nil }
        }.filter { $0.value.visits > 0 }
        let time = { (site: String) in first[site]?.time ?? 0 }
        return all.sorted { (time($1.key), $0.key) < (time($0.key), $1.key) }.map { site, tally in
            [
                .text(site), .integer(time(site)), .integer(tally.visits), .integer(tally.blocked), .integer(Int64(tally.clients.count)),
            ]
        }
    }

    func comparison(_ asked: PlainQuestion) -> [[ReportValue]] {
        let length = asked.last - asked.first + 1
        func clients(_ days: ClosedRange<Int64>) -> [String: Tally] {
            tallies { visit, ground, place in days.contains(place.day) && asked.takes(visit, ground) ? visit.client : nil }
        }
        let now = clients(asked.days)
        let before = clients((asked.first - length)...(asked.first - 1))
        let names = Set(now.keys).union(before.keys)
        return names.map { (name: $0, now: now[$0] ?? Tally(), before: before[$0] ?? Tally()) }
            .sorted { ($1.now.visits, $0.name) < ($0.now.visits, $1.name) }
            .map { name, now, before in
                let change = (1_000 * Double(now.visits - before.visits) / Double(before.visits)).rounded(.toNearestOrAwayFromZero) / 10
                return [
                    .text(name), .integer(now.visits), .integer(before.visits), before.visits == 0 ? .none : .real(change),
                    .integer(now.active), .integer(before.active), .integer(now.up + now.down), .integer(before.up + before.down),
                    .integer(now.blocked), .integer(before.blocked),
                ]
            }
    }

    func budgets(_ asked: PlainQuestion) -> [[ReportValue]] {
        let all = tallies { visit, _, place -> BudgetKey? in
            guard let budget = visit.budget, asked.days.contains(place.day) else { return nil }
            return asked.client == nil || (!budget.shared && budget.owner == asked.client) ? budget : nil
        }
        return all.sorted { a, b in
            (b.value.active, b.value.up + b.value.down, a.key.owner, a.key.rule) < (
                a.value.active, a.value.up + a.value.down, b.key.owner, b.key.rule
            )
        }.map { key, tally in
            [
                .text(key.owner), .text(key.rule), .text(key.shared ? "shared" : "client"), .integer(tally.active),
                .integer(tally.up + tally.down),
                .integer(tally.pageviews), .text("\(key.owner) · \(key.rule)"),
            ]
        }
    }
}
