import Hummingbird
import PolicyCore
import PolicyStore
import VisitStore

/// A group: its rules in order as sentences, its settings, its members.
enum GroupPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        let snapshot = await request.site.policy.snapshot
        let document = snapshot.document
        guard let group = document.group(name) else { throw AdminFailure.notFound }
        let t = request.t
        let sentence = RuleSentence(t, document)
        let settings: [(String, String?)] = [
            ("inherit", group.inherit), ("addresses", group.addresses.map(\.shown).joined(separator: ", ")),
            ("users", group.users.joined(separator: ", ")), ("safe-search", group.safeSearch.map { t[$0 ? "on" : "off"] }),
            ("youtube", group.youtube?.rawValue), ("record", group.recordsURL.map { t[$0 ? "record-url" : "record-site"] }),
            ("note", group.note),
        ]
        let members = Excerpt(document.clients.filter { snapshot.identify($0.asker).group == name }, find: nil) { _ in [] }
        let view: View = [
            "heading": name, "visits": "/visits" + Form.query([("group", name)]),
            "rules": document.rules(for: name).map { item -> View in
                [
                    "path": item.path, "text": sentence.text(item.rule), "reason": item.rule.reason, "verb": item.rule.verb.rawValue,
                    "verb-text": sentence.verb(item.rule),
                    "visits": "/visits" + Form.query([("rule", item.path), ("group", name)]),
                ]
            },
            "default": t["default-\(document.effectiveDefault(of: name).rawValue)"],
            "settings": settings.compactMap { item -> View? in
                guard let value = item.1, !value.isEmpty else { return nil }
                return ["name": t["setting-\(item.0)"], "value": value]
            },
            "more": members.left > 0 ? t("more-left", request.wording.count(members.left)) : nil,
            "members": members.shown.map { ["name": $0.name, "link": "/clients/\(Form.encode($0.name))"] as View },
            "some-members": !members.shown.isEmpty,
            "schedules": document.schedules.map {
                ["name": $0.name, "text": $0.text(t), "link": "/schedules/\(Form.encode($0.name))"] as View
            },
            "some-schedules": !document.schedules.isEmpty, "durations": GrantForms.durations(t),
        ]
        return try await request.page("group", title: name, in: .clients, view)
    }
}
