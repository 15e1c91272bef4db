import HTTPTypes
import Hummingbird
import PolicyStore

/// Changes to who may sign in.
enum AccountForms {
    @Sendable static func add(_ request: AdminRequest) async throws -> Response {
        try await saying(request) { accounts, form in
            let role = try role(form)
            try checkPassword(form["password"], request.t)
            _ = try await accounts.create(
                form.text("user") ?? "", password: form["password"] ?? "", role: role, author: request.author)
            return "account-added"
        }
    }

    /// A new role, a new password, or both.
    @Sendable static func change(_ request: AdminRequest) async throws -> Response {
        try await saying(request) { accounts, form in
            let user = form.text("user") ?? ""
            if form.text("role") != nil { try accounts.setRole(user, role: try role(form), author: request.author) }
            if let password = form["password"], !password.isEmpty {
                try checkPassword(password, request.t)
                try await accounts.setPassword(user, password: password, author: request.author)
            }
            return "account-changed"
        }
    }

    @Sendable static func remove(_ request: AdminRequest) async throws -> Response {
        try await saying(request) { accounts, form in
            guard form.text("user") != request.visitor?.user else { throw PolicyStoreError.badValue(request.t["account-own"]) }
            try accounts.remove(form.text("user") ?? "", author: request.author)
            return "account-removed"
        }
    }

    @Sendable static func changeOwnPassword(_ request: AdminRequest) async throws -> Response {
        let accounts = request.site.policy.accounts
        let user = request.visitor?.user ?? ""
        let form = request.form
        let isMine = request.visitor?.role.includes(.viewer) ?? false
        do {
            let proof = await accounts.signIn(user, password: form["old"] ?? "", address: request.peer)
            guard case .accepted = proof else { throw PolicyStoreError.badValue(request.t["password-old-wrong"]) }
            guard form["password"] == form["again"] else { throw PolicyStoreError.badValue(request.t["password-differs"]) }
            try checkPassword(form["password"], request.t)
            try await accounts.setPassword(user, password: form["password"] ?? "", author: user)
        } catch PolicyStoreError.badValue(let message) {
            if isMine { return try await SettingsPage.page(request, failure: message, status: .unprocessableContent) }
            throw AdminFailure.bad(message)
        }
        // Every session of the account ended with its old password; this browser gets a new one.
        guard let account = try accounts.account(user) else { throw AdminFailure.signInFirst }
        return try await SignInPage.enter(request, account, to: isMine ? "/settings?done=password-changed" : "/mine?done=password-changed")
    }

    @Sendable static func endSession(_ request: AdminRequest) async throws -> Response {
        let isOwner = request.visitor?.role.includes(.owner) ?? false
        let accounts = request.site.policy.accounts
        let own = try accounts.sessions(of: isOwner ? nil : request.visitor?.user)
        guard let session = own.first(where: { $0.id == request.form["id"] }) else { throw AdminFailure.notFound }
        try accounts.endSession(id: session.id, of: session.account.name, author: request.author)
        return Reply.seeOther("/settings?done=session-ended")
    }

    @Sendable static func makeToken(_ request: AdminRequest) async throws -> Response {
        let form = request.form
        do {
            let made = try request.site.policy.accounts.makeToken(
                form.text("user") ?? "", name: form.text("name") ?? request.t["token"], author: request.author)
            return try await SettingsPage.page(request, failure: nil, token: made, status: .ok)
        } catch let error as PolicyStoreError {
            return try await SettingsPage.page(request, failure: "\(error)", status: .unprocessableContent)
        }
    }

    @Sendable static func removeToken(_ request: AdminRequest) async throws -> Response {
        guard let id = request.form["id"].flatMap({ Int64($0) }) else { throw AdminFailure.bad("id") }
        try request.site.policy.accounts.removeToken(id, of: request.form.text("user") ?? "", author: request.author)
        return Reply.seeOther("/settings?done=token-removed")
    }

    private static func saying(
        _ request: AdminRequest, _ body: (AccountStore, Form) async throws -> String
    ) async throws -> Response {
        do {
            let done = try await body(request.site.policy.accounts, request.form)
            return Reply.seeOther("/settings?done=\(done)")
        } catch let error as PolicyStoreError {
            if case .storage = error { throw error }
            return try await SettingsPage.page(request, failure: "\(error)", status: .unprocessableContent)
        }
    }

    private static func role(_ form: Form) throws -> Account.Role {
        guard let role = Account.Role(rawValue: form["role"] ?? "") else { throw AdminFailure.bad("role") }
        return role
    }

    static func checkPassword(_ password: String?, _ t: Messages) throws {
        guard let password, password.count >= SetUpPage.leastPassword else { throw PolicyStoreError.badValue(t["password-short"]) }
    }
}
