import Hummingbird
import PolicyCore
import PolicyStore
import VisitStore

/// Searching what happened.
enum VisitsPage {
    static let pageRows = 100

    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let filter = try VisitFilter(request.query, zone: request.site.visits.zone)
        let cursor = try request.query.text("before").map { text -> VisitCursor in
            guard let cursor = VisitCursor(text) else { throw AdminFailure.bad("before") }
            return cursor
        }
        let query = filter.query
        let page = try await request.site.reading { try $0.visits(matching: query, before: cursor, limit: pageRows) }
        let known = await request.site.policy.snapshot.document
        let wording = request.wording(known)
        var view: View = [
            "dated": true,
            "filter": filter.view(request.t, clients: known.clients.prefix(300).map(\.name), categories: known.categories.map(\.name)),
            "rows": page.rows.map { $0.view(wording) }, "some": !page.rows.isEmpty, "zone": request.site.visits.zone.name,
            "newest": cursor == nil ? nil : "/visits" + Form.query(filter.pairs),
            "next": page.next.map { "/visits" + Form.query(filter.pairs + [("before", "\($0)")]) },
        ]
        if let reached = page.searchedTo { view["searched-to"] = request.t("visits-searched-to", wording.moment(reached)) }
        return try await request.page("visits", title: request.t["nav-visits"], in: .visits, view)
    }
}
