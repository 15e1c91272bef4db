import PolicyCore
import Reporting
import VisitStore

extension AdminRequest {
    /// Hits of the last thirty days by a rule's path (`rule-hits`) or a list's name (`list-hits`); empty where they cannot be read now, which
    /// must not cost the page.
    func hits(_ report: String) -> [String: HitCounts] {
        guard let report = site.dependencies.reports.report(named: report) else { return [:] }
        return (try? HitCounts.read(report, on: site.visits, now: now)) ?? [:]
    }
}

extension HitCounts {
    /// `1 204, last on 2026-09-01`
    func text(_ wording: Wording) -> String {
        guard visits > 0 else { return wording.t["hits-none"] }
        return wording.count(visits) + (lastDay.map { " · " + wording.t["last-hit"] + " " + CivilTime.text(ofDay: $0) } ?? "")
    }
}
