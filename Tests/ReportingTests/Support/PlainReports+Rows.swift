import PolicyCore
import Visits

@testable import Reporting

extension PlainReports {
    /// The rows a shipped report has to give; nil for a report this does not know.
    func rows(_ report: String, _ asked: PlainQuestion) -> [[ReportValue]]? {
        switch report {
        case "overview": overview(asked)
        case "top-sites": top(asked) { visit, _ in visit.site }
        case "top-clients": top(asked) { visit, _ in visit.client }
        case "top-categories": top(asked) { _, ground in ground.category }
        case "time-spent": timeSpent(asked)
        case "heat-map": heatMap(asked)
        case "client-day": clientDay(asked)
        case "bandwidth": bandwidth(asked)
        case "blocked": blocked(asked)
        case "blocked-sites": blockedSites(asked)
        case "rules": rules(asked)
        case "rule-hits": ruleHits(asked)
        case "dead-rules": deadRules(asked)
        case "list-hits": listHits(asked)
        case "first-seen": firstSeen(asked)
        case "comparison": comparison(asked)
        case "budgets": budgets(asked)
        case "coverage": []
        default: nil
        }
    }

    private func within<Key>(_ asked: PlainQuestion, _ key: @escaping (PlainVisit, PlainVisit.Ground, Place) -> Key?)
        -> (PlainVisit, PlainVisit.Ground, Place) -> Key?
    {
        { visit, ground, place in asked.days.contains(place.day) && asked.takes(visit, ground) ? key(visit, ground, place) : nil }
    }

    private func overview(_ asked: PlainQuestion) -> [[ReportValue]] {
        tallies(within(asked) { $2.day }).sorted { $0.key < $1.key }.map { day, tally in
            [
                .integer(day), .integer(tally.visits), .integer(tally.pageviews), .integer(tally.blocked),
                .integer(Int64(tally.clients.count)),
                .integer(tally.up), .integer(tally.down), .integer(tally.active),
            ]
        }
    }

    private func top(_ asked: PlainQuestion, _ name: @escaping (PlainVisit, PlainVisit.Ground) -> String?) -> [[ReportValue]] {
        let all = tallies(within(asked) { visit, ground, _ in Named(name(visit, ground)) })
        return all.sorted { ($1.value.visits, $0.key) < ($0.value.visits, $1.key) }.map { named, tally in
            [
                named.value, .integer(tally.visits), .integer(tally.pageviews), .integer(tally.up), .integer(tally.down),
                .integer(tally.active), .integer(tally.blocked),
            ]
        }
    }

    private func timeSpent(_ asked: PlainQuestion) -> [[ReportValue]] {
        let all = tallies(within(asked) { visit, ground, _ in Pair(visit.client, ground.category) }).filter { $0.value.active > 0 }
        return all.sorted { ($1.value.active, $0.key) < ($0.value.active, $1.key) }.map { pair, tally in
            [
                pair.first.value, pair.second.value, .integer(tally.active), .integer(tally.pageviews),
                .text("\(pair.first.text ?? "") · \(pair.second.text ?? "–")"),
            ]
        }
    }

    private func heatMap(_ asked: PlainQuestion) -> [[ReportValue]] {
        tallies(within(asked) { $2.weekday * 24 + $2.hour }).sorted { $0.key < $1.key }.map { key, tally in
            [.integer(key / 24), .integer(key % 24), .integer(tally.visits), .integer(tally.blocked), .integer(tally.active)]
        }
    }

    private func clientDay(_ asked: PlainQuestion) -> [[ReportValue]] {
        tallies(within(asked) { $2.hourStart }).sorted { $0.key < $1.key }.map { hour, tally in
            let bits = tally.minutes.reduce(Int64(0)) { $0 | 1 << ($1 - hour / 60) }
            return [
                .integer(hour), .integer(tally.active), .integer(tally.visits), .integer(tally.pageviews), .integer(tally.blocked),
                .integer(tally.down), .integer(tally.up), .integer(bits),
            ]
        }
    }

    private func bandwidth(_ asked: PlainQuestion) -> [[ReportValue]] {
        let isByDay = asked.days.count > 14
        return tallies(within(asked) { isByDay ? $2.dayStart : $2.hourStart }).sorted { $0.key < $1.key }.map { start, tally in
            [.integer(start), .integer(tally.down), .integer(tally.up), .integer(tally.visits)]
        }
    }

    private func blocked(_ asked: PlainQuestion) -> [[ReportValue]] {
        let all = tallies(within(asked) { visit, ground, _ in ground.verdict == .block ? Pair(ground.rule, visit.client) : nil })
            .filter { $0.value.visits > 0 }
        return all.sorted { ($1.value.visits, $0.key) < ($0.value.visits, $1.key) }.map { pair, tally in
            [
                pair.first.value, pair.second.value, .integer(tally.visits), .integer(tally.pageviews),
                .text([pair.second.text, pair.first.text].compactMap { $0 }.joined(separator: " · ")),
            ]
        }
    }

    private func blockedSites(_ asked: PlainQuestion) -> [[ReportValue]] {
        let all = tallies(within(asked) { visit, _, _ in Named(visit.site) }).filter { $0.value.blocked > 0 }
        return all.sorted { ($1.value.blocked, $0.key) < ($0.value.blocked, $1.key) }.map { named, tally in
            [named.value, .integer(tally.blocked), .integer(Int64(tally.blockedClients.count))]
        }
    }

    private func rules(_ asked: PlainQuestion) -> [[ReportValue]] {
        let all = tallies(within(asked) { _, ground, _ in ground.rule.map { Pair($0, ground.verdict.rawValue) } }).filter {
            $0.value.visits > 0
        }
        return all.sorted { ($1.value.visits, $0.key) < ($0.value.visits, $1.key) }.map { pair, tally in
            [pair.first.value, pair.second.value, .integer(tally.visits), .integer(tally.pageviews), .integer(tally.down)]
        }
    }
}

/// A text that may be missing; missing ones come first, as SQLite sorts them.
struct Named: Hashable, Comparable {
    let text: String?

    init(_ text: String?) { self.text = text }

    var value: ReportValue { text.map { .text($0) } ?? .none }

    static func < (a: Named, b: Named) -> Bool {
        guard let a = a.text else { return b.text != nil }
        guard let b = b.text else { return false }
        return Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
    }
}

struct Pair: Hashable, Comparable {
    let first: Named
    let second: Named

    init(_ first: String?, _ second: String?) {
        self.first = Named(first)
        self.second = Named(second)
    }

    static func < (a: Pair, b: Pair) -> Bool { (a.first, a.second) < (b.first, b.second) }
}
