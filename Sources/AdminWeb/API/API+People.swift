import Hummingbird
import PatternMatching
import PolicyCore
import PolicyFormats
import PolicyStore
import VisitStore

extension API {
    static let people: [AdminRoute] = [
        AdminRoute(
            .get, "/api/clients", .viewer,
            operation: Operation(summary: "Clients the policy names, and devices seen", tag: "people", answer: "`clients`, `seen`")
        ) { request in
            let document = await request.site.policy.snapshot.document
            let seen = try await request.site.reading { try $0.recentClients(limit: 500) }
            return try Reply.json(ClientsAnswer(clients: document.clients.map(ClientAnswer.init), seen: seen.map(SeenAnswer.init)))
        },
        AdminRoute(
            .put, "/api/clients/:name", .manager,
            operation: Operation(
                summary: "Write a client's entry", tag: "people",
                body: [
                    .init("group", "Its group"), .init("addresses", "Addresses and address blocks", kind: .strings),
                    .init("macs", "MAC addresses", kind: .strings), .init("users", "Names of accounts", kind: .strings),
                    .init("note", "Text"),
                ],
                answer: "Nothing more")
        ) { request in
            let name = try request.parameter("name")
            let client = try request.decoded(ClientWanted.self).declaration(name)
            _ = try await PolicyChange.apply([.setClient(client)], request, note: request.t("note-client", name))
            return try Reply.json(["client": name])
        },
        AdminRoute(
            .delete, "/api/clients/:name", .manager,
            operation: Operation(summary: "Remove a client's entry", tag: "people", answer: "Nothing more")
        ) { request in
            let name = try request.parameter("name")
            guard await request.site.policy.snapshot.document.clients.contains(where: { $0.name == name }) else {
                throw AdminFailure.notFound
            }
            _ = try await PolicyChange.apply([.removeClient(name: name)], request, note: request.t("note-client-removed", name))
            return try Reply.json(["removed": name])
        },
    ]

    private struct ClientsAnswer: Encodable {
        var clients: [ClientAnswer]
        var seen: [SeenAnswer]
    }

    private struct ClientAnswer: Encodable {
        var name: String
        var group: String?
        var addresses: [String]
        var macs: [String]
        var users: [String]
        var note: String?

        init(_ client: ClientDeclaration) {
            name = client.name
            group = client.group
            addresses = client.addresses.map { "\($0)" }
            macs = client.macs.map { "\($0)" }
            users = client.users
            note = client.note
        }
    }

    private struct SeenAnswer: Encodable {
        var client: String
        var group: String?
        var address: String?
        var firstSeen: String
        var lastSeen: String

        init(_ seen: DeviceSeen) {
            client = seen.client
            group = seen.group
            address = seen.address
            firstSeen = CivilTime.rfc3339(seen.firstSeen.milliseconds)
            lastSeen = CivilTime.rfc3339(seen.lastSeen.milliseconds)
        }
    }

    private struct ClientWanted: Decodable {
        var group: String?
        var addresses: [String]?
        var macs: [String]?
        var users: [String]?
        var note: String?

        func declaration(_ name: String) throws -> ClientDeclaration {
            ClientDeclaration(
                name: name, group: group, addresses: try (addresses ?? []).map { try Self.read($0, IPPrefix.init) },
                macs: try (macs ?? []).map { try Self.read($0, MACAddress.init) }, users: users ?? [], note: note)
        }

        private static func read<Value>(_ text: String, _ make: (String) -> Value?) throws -> Value {
            guard let value = make(text) else { throw AdminFailure.bad(text) }
            return value
        }
    }
}
