import Hummingbird
import PolicyCore
import PolicyStore

/// Asks from block pages, and what is granted now.
enum RequestsPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let policy = request.site.policy
        let wording = request.wording
        let sentence = RuleSentence(request.t, await policy.snapshot.document)
        let open = try await policy.asks(open: true)
        let decided = try await policy.asks(open: false).filter { $0.state != .open }.prefix(50)
        let grants = try await policy.grants()
        let view: View = [
            "asks": open.map { ask($0, wording, sentence) }, "some-asks": !open.isEmpty,
            "decided": decided.map { ask($0, wording, sentence) }, "some-decided": !decided.isEmpty,
            "grants": grants.map { $0.view(wording, sentence) }, "some-grants": !grants.isEmpty,
            "durations": GrantForms.durations(request.t),
        ]
        return try await request.page("requests", title: request.t["nav-requests"], in: .requests, view)
    }

    private static func ask(_ ask: Ask, _ wording: Wording, _ sentence: RuleSentence) -> View {
        let asked = ask.request
        return [
            "id": "\(ask.id)", "client": asked.client, "client-link": "/clients/\(Form.encode(asked.client))", "group": asked.group,
            "site": asked.site, "host": asked.host, "url": asked.url, "note": asked.note, "rule": asked.rule,
            "category": asked.category.map { sentence.titles[$0] ?? $0 }, "when": wording.distance(asked.time),
            "times": ask.count > 1 ? wording.t("asked-times", "\(ask.count)") : nil, "by": ask.decidedBy,
            "state": wording.t["ask-\(ask.state.rawValue)"], "style": ask.state == .approved ? "allow" : "block",
            "decided": ask.decidedAt.map { wording.moment($0) },
            "why": "/why" + Form.query([("url", asked.url), ("client", asked.client)]),
        ]
    }

    @Sendable static func decide(_ request: AdminRequest) async throws -> Response {
        let form = request.form
        guard let id = form["id"].flatMap({ Int64($0) }) else { throw AdminFailure.bad("id") }
        let approve: Bool
        switch form["decision"] {
        case "approve": approve = true
        case "deny": approve = false
        default: throw AdminFailure.bad("decision")
        }
        guard let scope = Ask.ApprovalScope(rawValue: form["scope"] ?? "client") else { throw AdminFailure.bad("scope") }
        let grant = try await request.site.policy.decideAsk(
            id, approve: approve, minutes: try GrantForms.minutes(form["for"], request), scope: scope, author: request.author)
        return Reply.seeOther(
            "/requests" + Form.query([("done", approve ? "approved" : "denied"), ("undo-grant", grant.map { "\($0.id)" })]))
    }
}
