import Foundation
import HTTPTypes
import Hummingbird
import PolicyCore
import PolicyStore
import VisitStore

/// The first run: behind the one-time link, somebody becomes owner and chooses what to start from.
enum SetUpPage {
    static let starters = ["home", "school", "isp"]
    static let leastPassword = 8

    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let token = request.query["token"] ?? ""
        guard try request.site.policy.accounts.needsSetup() else { return Reply.seeOther("/sign-in") }
        guard try request.site.policy.accounts.isSetupToken(token) else { throw AdminFailure(.forbidden, "error-set-up-token") }
        return try await page(request, token: token, failure: nil, status: .ok)
    }

    @Sendable static func begin(_ request: AdminRequest) async throws -> Response {
        let form = request.form
        let token = form["token"] ?? ""
        do {
            guard form["password"] == form["again"] else { throw Wrong(message: "password-differs") }
            let account = try await own(request, token: token, user: form.text("user") ?? "", password: form["password"] ?? "")
            try await choosePolicy(request, author: account.name)
            var response = try await SignInPage.enter(request, account, to: "/connect")
            if let language = form["language"], request.site.catalogue[language] != nil {
                let cookie = Cookies.language(language, isTLS: request.site.configuration.tls != nil)
                response.headers.append(HTTPField(name: .setCookie, value: cookie))
            }
            return response
        } catch let wrong as Wrong {
            return try await page(request, token: token, failure: request.t[wrong.message], status: .unprocessableContent)
        } catch PolicyStoreError.badValue(let message) {
            return try await page(request, token: token, failure: message, status: .unprocessableContent)
        }
    }

    private struct Wrong: Error { var message: String }

    /// Makes the first account. The token is used up by that, and only by that.
    static func own(_ request: AdminRequest, token: String, user: String, password: String) async throws -> Account {
        let accounts = request.site.policy.accounts
        guard try accounts.isSetupToken(token) else { throw AdminFailure(.forbidden, "error-set-up-token") }
        guard password.count >= leastPassword else { throw PolicyStoreError.badValue(request.t["password-short"]) }
        guard let account = try await accounts.setUp(token: token, user: user, password: password) else {
            throw AdminFailure(.forbidden, "error-set-up-token")
        }
        return account
    }

    /// Replaces the policy by the starter chosen, in the zone chosen, where the policy is the browser's to change.
    private static func choosePolicy(_ request: AdminRequest, author: String) async throws {
        let policy = request.site.policy
        guard let name = request.form["policy"], starters.contains(name), await !policy.status().isReadOnly,
            let text = request.site.dependencies.assets.text("policies/\(name).yaml")
        else { return }
        let zone = request.form.text("zone").flatMap { zone in zones.contains(zone) ? zone : nil }
        _ = try await policy.save(inZone(text, zone), author: author, note: request.t("set-up-note", name))
    }

    /// The starter with its `timezone:` line replaced, or one added after `weir:`.
    static func inZone(_ text: String, _ zone: String?) -> String {
        guard let zone else { return text }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let isZone: (String) -> Bool = { $0.hasPrefix("timezone:") || $0.hasPrefix("# timezone:") || $0.hasPrefix("#timezone:") }
        if let index = lines.firstIndex(where: isZone) {
            lines[index] = "timezone: \(zone)"
        } else if let index = lines.firstIndex(where: { $0.hasPrefix("weir:") }) {
            lines.insert("timezone: \(zone)", at: index + 1)
        }
        return lines.joined(separator: "\n")
    }

    private static let zones = Set(TimeZone.knownTimeZoneIdentifiers + ["UTC"])

    private static func page(_ request: AdminRequest, token: String, failure: String?, status: HTTPResponse.Status) async throws -> Response
    {
        let chosen = request.form["policy"] ?? "home"
        let assets = request.site.dependencies.assets
        let view: View = [
            "token": token, "failure": failure, "given": request.form["user"] ?? "",
            "zone": request.form["zone"] ?? request.site.visits.zone.name, "zones": zones.sorted(),
            "read-only": await request.site.policy.status().isReadOnly,
            "starters": starters.filter { assets.bytes("policies/\($0).yaml") != nil }.map { name -> View in
                ["name": name, "title": request.t["starter-\(name)"], "text": request.t["starter-\(name)-text"], "chosen": name == chosen]
            },
        ]
        return try await request.page("set-up", title: request.t["set-up-title"], view, status: status, isWide: true)
    }
}
