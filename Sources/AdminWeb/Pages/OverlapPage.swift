import HTTPTypes
import Hummingbird
import PolicyStore

/// What the lists in use have in common.
enum OverlapPage {
    /// Pairs shown; the API has all.
    private static let shown = 200

    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let wording = request.wording
        let overlap = try await request.site.policy.overlapIfCounted()
        let entries = Dictionary((overlap?.parts ?? []).map { ($0.list, $0.entries) }, uniquingKeysWith: { first, _ in first })
        let view: View = [
            "counting": overlap == nil, "none": overlap?.pairs.isEmpty == true, "some": overlap?.pairs.isEmpty == false,
            "pairs": overlap?.pairs.prefix(shown).map { pair -> View in
                [
                    "first": pair.first, "first-entries": wording.count(entries[pair.first] ?? 0), "second": pair.second,
                    "second-entries": wording.count(entries[pair.second] ?? 0), "same": wording.count(pair.same),
                    "first-covered": wording.count(pair.firstCovered), "second-covered": wording.count(pair.secondCovered),
                    "share": wording.share(pair.share),
                ]
            },
        ]
        var response = try await request.page("overlap", title: request.t["overlap"], in: .lists, view)
        // Without scripts: the browser asks again until it is counted.
        if overlap == nil, let refresh = HTTPField.Name("Refresh") { response.headers[refresh] = "2" }
        return response
    }
}
