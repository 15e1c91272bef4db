import PolicyStore
import Reporting
import VisitStore

/// How often lists decided in the last thirty days, read beside a server or without one.
struct ListHits {
    private let counts: [String: HitCounts]?

    /// Nothing where no visits were recorded or they cannot be read: lists are told of all the same.
    static func read(_ configuration: Configuration) -> ListHits {
        guard let report = try? EmbeddedAssets.shared.reports(data: configuration.data).report(named: "list-hits"),
            let visits = try? VisitSource.open(configuration)
        else { return ListHits(counts: nil) }
        return ListHits(counts: try? HitCounts.read(report, on: visits, now: WallClock.now()))
    }

    func added(to lists: [ListAnswer]) -> [ListAnswer] {
        guard let counts else { return lists }
        return lists.map { list in
            let hits = counts.ofList(list.name)
            var list = list
            list.hits = ListAnswer.Hits(visits: hits.visits, blocked: hits.blocked, last: hits.lastDay.map(CivilTime.text(ofDay:)))
            return list
        }
    }
}
