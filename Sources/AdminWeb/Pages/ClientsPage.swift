import Hummingbird
import PatternMatching
import PolicyCore
import PolicyStore
import VisitStore

/// Everybody the policy names, every device seen that it does not, and the groups.
enum ClientsPage {
    @Sendable static func list(_ request: AdminRequest) async throws -> Response {
        let policy = request.site.policy
        let snapshot = await policy.snapshot
        let document = snapshot.document
        let wording = request.wording
        let seen = try await request.site.reading { try $0.recentClients(limit: 500) }
        let lastSeen = Dictionary(seen.map { ($0.client, $0) }, uniquingKeysWith: { first, _ in first })
        let named = Set(document.clients.map(\.name))
        let grants = try await policy.grants()
        let find = request.query.text("find")
        let clients = Excerpt(document.clients, find: find) { [$0.name, $0.group ?? ""] + $0.marks }
        let unnamed = Excerpt(seen.filter { !named.contains($0.client) }, find: find) { [$0.client, $0.address ?? "", $0.group ?? ""] }
        let view: View = [
            "find": find, "more": clients.left > 0 ? request.t("more-left", wording.count(clients.left)) : nil,
            "clients": clients.shown.map { client(of: $0, lastSeen[$0.name], snapshot, grants, wording) },
            "some-clients": !clients.shown.isEmpty, "none-found": find != nil && clients.shown.isEmpty,
            "unnamed": unnamed.shown.map { device(of: $0, wording) },
            "some-unnamed": !unnamed.shown.isEmpty,
            "groups": document.groups.map { group -> View in
                [
                    "name": group.name, "link": "/groups/\(Form.encode(group.name))", "note": group.note,
                    "rules": "\(group.rules.count)", "members": "\(document.clients.count { $0.group == group.name })",
                    "default": request.t["default-\(document.effectiveDefault(of: group.name).rawValue)"],
                ]
            },
            "read-only": await policy.status().isReadOnly,
        ]
        return try await request.page("clients", title: request.t["nav-clients"], in: .clients, view)
    }

    private static func client(
        of client: ClientDeclaration, _ seen: DeviceSeen?, _ snapshot: PolicySnapshot, _ grants: [Grant], _ wording: Wording
    ) -> View {
        let identity = snapshot.identify(client.asker)
        let isPaused = grants.contains { $0.isPause(of: client.name, group: identity.group) }
        return [
            "name": client.name, "link": "/clients/\(Form.encode(client.name))", "group": identity.group, "note": client.note,
            "group-link": "/groups/\(Form.encode(identity.group))", "known-by": client.marks.joined(separator: ", "),
            "last": seen.map { wording.distance($0.lastSeen) } ?? wording.t["never-seen"], "paused": isPaused,
        ]
    }

    private static func device(of device: DeviceSeen, _ wording: Wording) -> View {
        [
            "name": device.client, "link": "/clients/\(Form.encode(device.client))", "group": device.group, "address": device.address,
            "agent": device.userAgent.map { String($0.prefix(120)) }, "last": wording.distance(device.lastSeen),
            "first": wording.moment(device.firstSeen),
        ]
    }
}

extension Grant {
    func isPause(of client: String, group: String) -> Bool {
        guard !allows, target == "all" else { return false }
        switch scope {
        case .everyone: return true
        case .group(let name): return name == group
        case .client(let name): return name == client
        }
    }
}

extension IPPrefix {
    /// As people write it: a whole address without its length.
    var shown: String { length == 128 ? "\(address)" : "\(self)" }
}

extension ClientDeclaration {
    /// Somebody this entry would be recognised by.
    var asker: Asker { Asker(address: addresses.first?.address, mac: macs.first, user: users.first) }

    /// Everything it is recognised by, as the policy writes it.
    var marks: [String] { users + macs.map { "\($0)" } + addresses.map(\.shown) }
}
