import Hummingbird
import PolicyStore

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
                answer: "The account")
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
    ]

    private struct AccountWanted: Decodable {
        var user: String
        var password: String
        var role: String
    }
}
