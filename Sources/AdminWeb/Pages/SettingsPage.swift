import Hummingbird
import PolicyStore
import VisitStore

/// Who may sign in, where they are signed in, tokens of programs, and who did what.
enum SettingsPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        try await page(request, failure: nil, status: .ok)
    }

    /// - Parameter token: a new token's secret, shown this once.
    static func page(
        _ request: AdminRequest, failure: String?, token: String? = nil, status: HTTPResponse.Status
    ) async throws -> Response {
        let accounts = request.site.policy.accounts
        let wording = request.wording
        let isOwner = request.visitor?.role.includes(.owner) ?? false
        let user = request.visitor?.user ?? ""
        let kept = request.site.visits.status()
        let system = await request.site.dependencies.status()
        let sessions = try accounts.sessions(of: isOwner ? nil : user)
        let all = try accounts.list()
        let tokens = isOwner ? try all.flatMap { try accounts.tokens(of: $0.name) } : []
        let audit = try accounts.auditLog(limit: 100)
        let view: View = [
            "failure": failure, "new-token": token, "version": system.version, "started": wording.moment(system.started),
            "accounts": all.map { account -> View in
                [
                    "name": account.name, "last": account.lastSignIn.map { wording.distance($0) } ?? wording.t["never"],
                    "role-name": request.t["role-\(account.role.rawValue)"], "self": account.name == user,
                    "roles": roles(account.role, request.t),
                ]
            },
            "roles": roles(.viewer, request.t), "stored": wording.count(kept.stored),
            "database-size": wording.bytes(kept.databaseBytes &+ kept.journalBytes),
            "recording": request.t[kept.recording == .ok ? "recording-ok" : "recording-stopped"],
            "recording-style": kept.recording == .ok ? "ok" : "block",
            "journal": kept.journal > 0 ? request.t("visits-waiting", wording.count(kept.journal)) : nil,
            "missing": kept.missing > 0 ? wording.count(kept.missing) : nil,
            "sessions": sessions.map { session -> View in
                [
                    "id": session.id, "user": session.account.name, "address": session.address, "agent": session.agent,
                    "used": wording.distance(session.lastUsed), "begun": wording.moment(session.created),
                ]
            },
            "tokens": tokens.map { token -> View in
                [
                    "id": "\(token.id)", "name": token.name, "account": token.account, "created": wording.moment(token.created),
                    "used": token.lastUsed.map { wording.distance($0) } ?? wording.t["never"],
                ]
            },
            "some-tokens": !tokens.isEmpty,
            "audit": audit.map { entry -> View in
                ["time": wording.moment(entry.time), "author": entry.author, "action": entry.action, "subject": entry.subject]
            },
            "some-audit": !audit.isEmpty,
        ]
        return try await request.page("settings", title: request.t["nav-settings"], in: .settings, view, status: status)
    }

    private static func roles(_ chosen: Account.Role, _ t: Messages) -> [View] {
        Account.Role.allCases.map {
            ["value": $0.rawValue, "label": t["role-\($0.rawValue)"], "text": t["role-\($0.rawValue)-text"], "chosen": $0 == chosen]
        }
    }
}
