import PolicyCore
import VisitStore
import Visits

@testable import Reporting

extension PlainReports {
    /// What the policy consisted of, and from when on: some rules stay, one changes in place, one goes, one comes, some never decide anything.
    static func policies(_ visits: [PlainVisit]) -> [(moment: Int64, parts: PolicyParts)] {
        let groups = ["adults", "kids", "guests"]
        let rules = groups.flatMap { group in
            (0...2).map { PolicyParts.Rule(path: "groups.\(group).rules[\($0)]", sentence: "rule \($0)") }
        }
        var later = rules + [PolicyParts.Rule(path: "rules[0]", sentence: "never")]
        later[0].sentence = "another rule at the same place"
        later.remove(at: 1)
        let old = PolicyParts(rules: rules, lists: ["ads", "gone", "ut1/games", "never"])
        let new = PolicyParts(rules: later, lists: ["ads", "late", "ut1/games", "ut1/news", "never"])
        guard let first = visits.first?.time else { return [(0, old)] }
        return [(first, old), (visits[visits.count / 2].time, new)]
    }

    /// Every rule of the policy in the end, with the day from which its hits are its own.
    private var rulesInForce: [(path: String, sentence: String, since: Int64)] {
        let policies = Self.policies(visits)
        return (policies.last?.parts.rules ?? []).map { rule in
            let came = policies.first { $0.parts.rules.contains(rule) }?.moment ?? 0
            return (rule.path, rule.sentence, place(came / 60_000).day)
        }
    }

    private struct Hits {
        var visits: [String: Int64] = [:]
        var last: Int64?

        var all: Int64 { visits.values.reduce(0, +) }
        var columns: [ReportValue] {
            [.integer(all)] + ["block", "allow", "warn"].map { .integer(visits[$0] ?? 0) } + [last.map { .integer($0) } ?? .none]
        }
    }

    private func hits(_ asked: PlainQuestion, since: Int64, _ isHit: (PlainVisit.Ground) -> Bool) -> Hits {
        var hits = Hits()
        for visit in visits where isHit(visit.final) && asked.takes(visit, visit.final) {
            let day = place(visit.minute).day
            guard asked.days.contains(day), day >= since else { continue }
            hits.visits[visit.final.verdict.rawValue, default: 0] += 1
            hits.last = max(hits.last ?? day, day)
        }
        return hits
    }

    func ruleHits(_ asked: PlainQuestion) -> [[ReportValue]] {
        rulesInForce.map { rule in (rule, hits(asked, since: rule.since) { $0.rule == rule.path }) }
            .sorted { ($1.1.all, $0.0.path) < ($0.1.all, $1.0.path) }
            .map { rule, hits in [.text(rule.path), .text(rule.sentence)] + hits.columns }
    }

    func deadRules(_ asked: PlainQuestion) -> [[ReportValue]] {
        rulesInForce.filter { rule in hits(asked, since: rule.since) { $0.rule == rule.path }.all == 0 }.sorted { $0.path < $1.path }
            .map { [.text($0.path), .text($0.sentence), .integer($0.since)] }
    }

    func listHits(_ asked: PlainQuestion) -> [[ReportValue]] {
        (Self.policies(visits).last?.parts.lists ?? []).map { list in (list, hits(asked, since: .min) { $0.list == list }) }
            .sorted { ($1.1.all, $0.0) < ($0.1.all, $1.0) }.map { list, hits in [.text(list)] + hits.columns }
    }
}
