import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore

extension API {
    static let policy: [AdminRoute] = [
        AdminRoute(
            .get, "/api/policy", .viewer,
            operation: Operation(summary: "The policy's text", tag: "policy", answer: "`text`, `generation`, `revision`, `errors`")
        ) { request in
            let status = await request.site.policy.status()
            return try Reply.json(
                PolicyAnswer(
                    text: await request.site.policy.text, generation: status.generation,
                    revision: await PolicyChange.current(request.site.policy),
                    file: status.file, errors: status.errors, warnings: status.warnings))
        },
        AdminRoute(
            .put, "/api/policy", .manager, bodyLimit: 4 << 20,
            operation: Operation(
                summary: "Save a new text", tag: "policy",
                body: [.init("text", "YAML", required: true), .init("note", "What changed")],
                answer: "The new revision; 422 with the errors where there are any")
        ) { request in
            let wanted = try request.decoded(PolicyWanted.self)
            let revision = try await request.site.policy.save(wanted.text, author: request.author, note: wanted.note)
            return try Reply.json(RevisionAnswer(revision))
        },
        AdminRoute(
            .post, "/api/policy/check", .viewer, bodyLimit: 4 << 20,
            operation: Operation(
                summary: "Check a text without saving it", tag: "policy", body: [.init("text", "YAML", required: true)],
                answer: "`diagnostics`")
        ) { request in
            let found = request.site.policy.check(try request.decoded(PolicyWanted.self).text)
            return try Reply.json(["diagnostics": found.map(DiagnosticAnswer.init)])
        },
        AdminRoute(
            .get, "/api/policy/revisions", .viewer,
            operation: Operation(summary: "Every revision", tag: "policy", answer: "`revisions`, newest first")
        ) { request in try Reply.json(["revisions": try await request.site.policy.history().map { RevisionAnswer($0) }]) },
        AdminRoute(
            .get, "/api/policy/revisions/:number", .viewer,
            operation: Operation(summary: "One revision with its text", tag: "policy", answer: "The revision")
        ) { request in
            guard let number = Int64(try request.parameter("number")) else { throw AdminFailure.notFound }
            let (revision, text) = try await request.site.policy.revision(number)
            return try Reply.json(RevisionAnswer(revision, text: text))
        },
        AdminRoute(
            .post, "/api/policy/revert", .manager,
            operation: Operation(
                summary: "Return to a revision", tag: "policy", body: [.init("revision", "Its number", kind: .integer, required: true)],
                answer: "The new revision")
        ) { request in
            let wanted = try request.decoded(RevertWanted.self)
            return try Reply.json(RevisionAnswer(try await request.site.policy.revert(to: wanted.revision, author: request.author)))
        },
        AdminRoute(
            .get, "/api/grants", .viewer,
            operation: Operation(summary: "What is given by hand and in force", tag: "grants", answer: "`grants`")
        ) { request in try Reply.json(["grants": try await request.site.policy.grants().map(GrantAnswer.init)]) },
        AdminRoute(
            .post, "/api/grants", .manager,
            operation: Operation(
                summary: "Allow, block or pause", tag: "grants",
                body: [
                    .init("scope", "everyone, group or client", required: true), .init("name", "Of the group or client"),
                    .init("verb", "allow or block", required: true), .init("target", "all, a category, site:…, url:…", required: true),
                    .init("minutes", "For good where absent", kind: .integer), .init("reason", "Shown on the block page"),
                ], answer: "The grant", status: 201), handle: grant),
        AdminRoute(
            .delete, "/api/grants/:id", .manager, operation: Operation(summary: "Take a grant back", tag: "grants", answer: "Nothing more")
        ) { request in
            guard let id = Int64(try request.parameter("id")) else { throw AdminFailure.notFound }
            try await request.site.policy.revoke(id, author: request.author)
            return try Reply.json(["revoked": id])
        },
        AdminRoute(
            .get, "/api/requests", .viewer,
            operation: Operation(
                summary: "Asks from block pages", tag: "requests",
                query: [.init("state", "open or decided; both where absent, the open ones first")], answer: "`requests`"), handle: asks),
        AdminRoute(
            .post, "/api/requests/:id", .manager,
            operation: Operation(
                summary: "Decide an ask", tag: "requests",
                body: [
                    .init("decision", "approve or deny", required: true), .init("minutes", "For good where absent", kind: .integer),
                    .init("scope", "client, group or everyone"),
                ], answer: "The ask"), handle: decide),
    ]

    @Sendable private static func asks(_ request: AdminRequest) async throws -> Response {
        let policy = request.site.policy
        let state = request.query["state"]
        guard state == nil || state == "open" || state == "decided" else {
            throw AdminFailure.bad("state: neither open nor decided")
        }
        var all: [Ask] = []
        if state != "decided" { all += try await policy.asks(open: true) }
        if state != "open" { all += try await policy.asks(open: false) }
        return try Reply.json(["requests": all.map(AskAnswer.init)])
    }

    private struct PolicyAnswer: Encodable {
        var text: String
        var generation: UInt64
        var revision: Int64?
        var file: String?
        var errors: [String]
        var warnings: [String]
    }

    private struct PolicyWanted: Decodable {
        var text: String
        var note: String?
    }

    private struct RevertWanted: Decodable { var revision: Int64 }

    private struct DiagnosticAnswer: Encodable {
        var line: Int
        var column: Int
        var severity: String
        var message: String

        init(_ diagnostic: Diagnostic) {
            line = diagnostic.line
            column = diagnostic.column
            severity = diagnostic.severity.rawValue
            message = diagnostic.message
        }
    }

    private struct GrantWanted: Decodable {
        var scope: String
        var name: String?
        var verb: String
        var target: String
        var minutes: Int?
        var reason: String?
    }

    @Sendable private static func grant(_ request: AdminRequest) async throws -> Response {
        let wanted = try request.decoded(GrantWanted.self)
        let scope: Grant.Scope
        switch (wanted.scope, wanted.name) {
        case ("everyone", _): scope = .everyone
        case ("group", let name?): scope = .group(name)
        case ("client", let name?): scope = .client(name)
        default: throw AdminFailure.bad("scope")
        }
        guard wanted.verb == "allow" || wanted.verb == "block" else { throw AdminFailure.bad("verb") }
        guard Target(wanted.target) != nil else { throw AdminFailure.bad("target") }
        if let minutes = wanted.minutes, !(1...527_040).contains(minutes) { throw AdminFailure.bad("minutes") }
        let made = try await request.site.policy.grant(
            GrantRequest(
                scope: scope, allows: wanted.verb == "allow", target: wanted.target, minutes: wanted.minutes, reason: wanted.reason),
            author: request.author)
        return try Reply.json(GrantAnswer(made), status: .created)
    }

    private struct DecisionWanted: Decodable {
        var decision: String
        var minutes: Int?
        var scope: String?
    }

    @Sendable private static func decide(_ request: AdminRequest) async throws -> Response {
        let wanted = try request.decoded(DecisionWanted.self)
        guard let id = Int64(try request.parameter("id")) else { throw AdminFailure.notFound }
        guard wanted.decision == "approve" || wanted.decision == "deny" else { throw AdminFailure.bad("decision") }
        guard let scope = Ask.ApprovalScope(rawValue: wanted.scope ?? "client") else { throw AdminFailure.bad("scope") }
        if let minutes = wanted.minutes, !(1...527_040).contains(minutes) { throw AdminFailure.bad("minutes") }
        _ = try await request.site.policy.decideAsk(
            id, approve: wanted.decision == "approve", minutes: wanted.minutes, scope: scope, author: request.author)
        return try Reply.json(AskAnswer(try await request.site.policy.ask(id)))
    }
}
