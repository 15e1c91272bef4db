import Hummingbird
import PatternMatching
import PolicyCore
import PolicyFormats
import PolicyStore
import VisitStore
import Visits

/// One person or device: what holds now, what they did, and naming and moving them.
enum ClientPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        let policy = request.site.policy
        let snapshot = await policy.snapshot
        let entry = snapshot.document.client(name)
        let seen = try await request.site.reading { try $0.recentClients(limit: 500).first { $0.client == name } }
        let rows = try await request.site.reading { try $0.visits(matching: VisitQuery(client: name), before: nil, limit: 15).rows }
        guard entry != nil || seen != nil || !rows.isEmpty else { throw AdminFailure.notFound }
        let address = seen?.address ?? rows.first?.address
        let asker = entry?.asker ?? Asker(address: address.flatMap { IPAddress($0) }, user: seen?.user ?? rows.first?.user)
        let identity = snapshot.identify(asker)
        let wording = request.wording(snapshot.document)
        let sentence = RuleSentence(request.t, snapshot.document)
        let grants = try await policy.grants().filter { $0.holds(for: name, group: identity.group) }
        var view = PersonView(request, snapshot).facts(identity)
        view = view.merging([
            "heading": name, "is-named": entry != nil, "known-by": entry?.marks.joined(separator: ", "), "note": entry?.note,
            "last": seen.map { wording.moment($0.lastSeen) }, "first": seen.map { wording.moment($0.firstSeen) },
            "address": address, "agent": seen?.userAgent, "rows": rows.map { $0.view(wording) }, "some": !rows.isEmpty,
            "grants": grants.map { $0.view(wording, sentence) }, "some-grants": !grants.isEmpty,
            "paused": grants.contains { $0.isPause(of: name, group: identity.group) }, "durations": GrantForms.durations(request.t),
            "visits": "/visits" + Form.query([("client", name)]), "day": "/reports/client-day" + Form.query([("client", name)]),
            "categories": snapshot.document.categories.map { ["name": $0.name, "title": $0.title ?? $0.name] as View },
            "read-only": await policy.status().isReadOnly, "form": form(entry, seen, identity, snapshot.document),
        ])
        return try await request.page("client", title: name, in: .clients, view)
    }

    private static func form(_ entry: ClientDeclaration?, _ seen: DeviceSeen?, _ identity: Identity, _ document: PolicyDocument) -> View {
        [
            "old": entry?.name, "name": entry?.name ?? "",
            "addresses": entry?.addresses.map(\.shown).joined(separator: "\n") ?? seen?.address ?? "",
            "macs": entry?.macs.map { "\($0)" }.joined(separator: "\n") ?? "",
            "users": entry?.users.joined(separator: "\n") ?? seen?.user ?? "",
            "note": entry?.note ?? "",
            "groups": document.groups.map { ["name": $0.name, "chosen": $0.name == (entry?.group ?? identity.group)] as View },
        ]
    }

    /// Writes the client's entry: a new one, or another in place of `old`.
    @Sendable static func save(_ request: AdminRequest) async throws -> Response {
        let form = request.form
        guard let name = form.text("name") else { throw AdminFailure.bad(request.t["name"]) }
        let client = ClientDeclaration(
            name: name, group: form.text("group"), addresses: try words(form["addresses"]) { IPPrefix($0) },
            macs: try words(form["macs"]) { MACAddress($0) }, users: try words(form["users"]) { $0 }, note: form.text("note"))
        var edits: [PolicyEdit] = []
        if let old = form.text("old"), old != name { edits.append(.removeClient(name: old)) }
        edits.append(.setClient(client))
        let revision = try await PolicyChange.apply(edits, request, note: request.t("note-client", name))
        return Reply.seeOther("/clients/\(Form.encode(name))" + PolicyChange.done("client-saved", revision))
    }

    @Sendable static func remove(_ request: AdminRequest) async throws -> Response {
        guard let name = request.form.text("name") else { throw AdminFailure.bad("name") }
        let revision = try await PolicyChange.apply([.removeClient(name: name)], request, note: request.t("note-client-removed", name))
        return Reply.seeOther("/clients" + PolicyChange.done("client-removed", revision))
    }

    /// Words of a text field, each read; the first that cannot be is told.
    private static func words<Value>(_ text: String?, _ read: (String) -> Value?) throws -> [Value] {
        try (text ?? "").split(whereSeparator: { $0.isWhitespace || $0 == "," }).map { word in
            guard let value = read(String(word)) else { throw AdminFailure.bad(String(word)) }
            return value
        }
    }
}

extension Grant {
    func holds(for client: String, group: String) -> Bool {
        switch scope {
        case .everyone: true
        case .group(let name): name == group
        case .client(let name): name == client
        }
    }
}
