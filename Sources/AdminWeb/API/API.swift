import Foundation
import Hummingbird
import PolicyStore

/// The JSON API: the same as the pages, through the same stores and the same gate.
enum API {
    static var routes: [AdminRoute] { general + visits + policy + rehearsals + lists + people + schedules + accounts }

    private static let general: [AdminRoute] = [
        AdminRoute(.get, "/api/openapi.json", .nothing) { request in
            let version = await request.site.dependencies.status().version
            return try Reply.json(OpenAPI.document(routes, version: version))
        },
        AdminRoute(
            .post, "/api/setup", .nothing,
            operation: Operation(
                summary: "Make the first account with the one-time token", tag: "set-up",
                body: [
                    .init("token", "From the link printed at start, or data/setup-token", required: true),
                    .init("user", "Its name", required: true),
                    .init("password", "At least 8 characters", required: true),
                ], answer: "The account", status: 201), handle: setUp),
        AdminRoute(
            .get, "/api/status", .loopback,
            operation: Operation(summary: "How the program is", tag: "status", answer: "What `weir status --json` prints")
        ) { request in
            Reply.text(await request.site.dependencies.status().json, type: "application/json")
        },
    ]

    private struct SetUp: Decodable {
        var token: String
        var user: String
        var password: String
    }

    @Sendable private static func setUp(_ request: AdminRequest) async throws -> Response {
        let wanted = try request.decoded(SetUp.self)
        let account = try await SetUpPage.own(request, token: wanted.token, user: wanted.user, password: wanted.password)
        return try Reply.json(AccountAnswer(account), status: .created)
    }
}

extension AdminRequest {
    /// The body as JSON.
    /// - Throws: 400 with the place of what is missing or wrong. A field that is not known is wrong: a misspelt `minutes` must not become a
    ///   grant for good.
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            let given = try JSONDecoder().decode([String: Anything].self, from: Data(body))
            if let unknown = given.keys.filter({ !jsonFields.contains($0) }).min() { throw AdminFailure.bad("\(unknown): unknown field") }
            return try JSONDecoder().decode(type, from: Data(body))
        } catch let error as DecodingError {
            throw AdminFailure.bad(Self.text(of: error))
        }
    }

    /// Any JSON value, not looked at.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    private static func text(of error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\(key.stringValue): missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        case .dataCorrupted(let context): context.debugDescription
        @unknown default: "not the JSON expected"
        }
    }
}
