import HTTPTypes
import Hummingbird
import PolicyStore

/// Signing in and out, and the language, which can be chosen before that.
enum SignInPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        if request.visitor != nil { return Reply.seeOther("/") }
        return try await page(request, next: request.query["next"], given: "", failure: nil, status: .ok)
    }

    @Sendable static func begin(_ request: AdminRequest) async throws -> Response {
        let (user, password) = (request.form.text("user") ?? "", request.form["password"] ?? "")
        let next = request.form["next"]
        switch await request.site.policy.accounts.signIn(user, password: password, address: request.peer) {
        case .accepted(let account):
            return try await enter(request, account, to: next)
        case .refused:
            return try await page(request, next: next, given: user, failure: request.t["sign-in-refused"], status: .unauthorized)
        case .throttled(let seconds):
            let failure = request.t("sign-in-throttled", request.wording.duration(seconds: UInt64(max(seconds, 1))))
            var response = try await page(request, next: next, given: user, failure: failure, status: .tooManyRequests)
            response.headers[.retryAfter] = "\(max(seconds, 1))"
            return response
        }
    }

    /// Begins a session with a new secret; one the browser came with ends.
    static func enter(_ request: AdminRequest, _ account: Account, to next: String?) async throws -> Response {
        let accounts = request.site.policy.accounts
        let isTLS = request.site.configuration.tls != nil
        if case .session(let old)? = request.visitor?.credential { try? accounts.endSession(old) }
        let secret = try accounts.beginSession(
            account, address: request.peer.map { "\($0)" }, agent: request.head.headerFields[.userAgent].map { String($0.prefix(200)) })
        var response = Reply.seeOther(next.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/")
        response.headers.append(HTTPField(name: .setCookie, value: Cookies.session(secret, isTLS: isTLS)))
        return response
    }

    @Sendable static func end(_ request: AdminRequest) async throws -> Response {
        if case .session(let secret)? = request.visitor?.credential { try request.site.policy.accounts.endSession(secret) }
        var response = Reply.seeOther("/sign-in")
        response.headers.append(HTTPField(name: .setCookie, value: Cookies.session("", isTLS: request.site.configuration.tls != nil)))
        return response
    }

    @Sendable static func language(_ request: AdminRequest) async throws -> Response {
        guard let name = request.form["language"], request.site.catalogue[name] != nil else { throw AdminFailure.bad("language") }
        var response = Reply.seeOther(request.form["back"] ?? "/")
        response.headers.append(
            HTTPField(name: .setCookie, value: Cookies.language(name, isTLS: request.site.configuration.tls != nil)))
        return response
    }

    private static func page(
        _ request: AdminRequest, next: String?, given: String, failure: String?, status: HTTPResponse.Status
    ) async throws -> Response {
        let isFirst = try request.site.policy.accounts.needsSetup()
        return try await request.page(
            "sign-in", title: request.t["sign-in"], ["next": next ?? "", "given": given, "failure": failure, "first-run": isFirst],
            status: status)
    }
}
