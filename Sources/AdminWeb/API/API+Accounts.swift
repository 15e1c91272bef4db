import Hummingbird
import PolicyCore
import PolicyStore
import VisitStore

extension API {
    static let accounts: [AdminRoute] = [
        AdminRoute(.get, "/api/accounts", .owner, operation: Operation(summary: "Who may sign in", tag: "accounts", answer: "`accounts`")) {
            request in
            try Reply.json(["accounts": try request.site.policy.accounts.list().map(AccountAnswer.init)])
        },
        AdminRoute(
            .post, "/api/accounts", .owner,
            operation: Operation(
                summary: "Add an account", tag: "accounts",
                body: [
                    .init("user", "Its name", required: true), .init("password", "At least 8 characters", required: true),
                    .init("role", "owner, manager, viewer or user", required: true),
                ],
                answer: "The account", status: 201)
        ) { request in
            let wanted = try request.decoded(AccountWanted.self)
            guard let role = Account.Role(rawValue: wanted.role) else { throw AdminFailure.bad("role") }
            try AccountForms.checkPassword(wanted.password, request.t)
            let account = try await request.site.policy.accounts.create(
                wanted.user, password: wanted.password, role: role, author: request.author)
            return try Reply.json(AccountAnswer(account), status: .created)
        },
        AdminRoute(
            .delete, "/api/accounts/:user", .owner,
            operation: Operation(summary: "Remove an account", tag: "accounts", answer: "Nothing more")
        ) { request in
            let user = try request.parameter("user")
            guard user != request.visitor?.user else { throw AdminFailure.bad(request.t["account-own"]) }
            try request.site.policy.accounts.remove(user, author: request.author)
            return try Reply.json(["removed": user])
        },
        AdminRoute(
            .get, "/api/audit", .owner,
            operation: Operation(
                summary: "Who did what, newest first", tag: "accounts", query: [.init("before", "Id of the last one read", kind: .integer)],
                answer: "`entries`")
        ) { request in
            let before = request.query.text("before").flatMap { Int64($0) }
            return try Reply.json(["entries": try request.site.policy.accounts.auditLog(before: before, limit: 200).map(AuditAnswer.init)])
        },
    ]

    private struct AuditAnswer: Encodable {
        var id: Int64
        var time: String
        var author: String
        var action: String
        var subject: String

        init(_ entry: AuditEntry) {
            id = entry.id
            time = CivilTime.rfc3339(entry.time.milliseconds)
            author = entry.author
            action = entry.action
            subject = entry.subject
        }
    }

    private struct AccountWanted: Decodable {
        var user: String
        var password: String
        var role: String
    }
}
