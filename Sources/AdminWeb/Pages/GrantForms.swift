import Hummingbird
import PolicyCore
import PolicyStore
import VisitStore

/// Allowing, blocking and pausing from the browser, for a while or for good.
enum GrantForms {
    @Sendable static func add(_ request: AdminRequest) async throws -> Response {
        let form = request.form
        let allows: Bool
        switch form["verb"] {
        case "allow": allows = true
        case "block", "pause": allows = false
        default: throw AdminFailure.bad("verb")
        }
        let target = form["verb"] == "pause" ? "all" : form.text("target") ?? ""
        guard Target(target) != nil else { throw AdminFailure.bad("target: \(target)") }
        let wanted = GrantRequest(
            scope: try scope(form), allows: allows, target: target, minutes: try minutes(form["for"], request), reason: form.text("reason"))
        let grant = try await request.site.policy.grant(wanted, author: request.author)
        let done = form["verb"] == "pause" ? "paused" : allows ? "granted" : "blocked"
        return back(request, done: done, grant: grant.id)
    }

    @Sendable static func revoke(_ request: AdminRequest) async throws -> Response {
        guard let id = request.form["id"].flatMap({ Int64($0) }) else { throw AdminFailure.bad("id") }
        try await request.site.policy.revoke(id, author: request.author)
        return back(request, done: "revoked", grant: nil)
    }

    /// `scope=client&name=mia`, `scope=group&name=kids`, `scope=everyone`; or in one field, `scope=client:mia`.
    private static func scope(_ form: Form) throws -> Grant.Scope {
        let parts = (form.text("scope") ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        let name = parts.count > 1 ? parts[1] : form.text("name")
        switch (parts.first, name) {
        case ("everyone", _): return .everyone
        case ("client", let name?): return .client(name)
        case ("group", let name?): return .group(name)
        default: throw AdminFailure.bad("scope")
        }
    }

    /// Minutes, `today` (until local midnight), or `always`.
    static func minutes(_ text: String?, _ request: AdminRequest) throws -> Int? {
        switch text {
        case nil, "", "always": return nil
        case "today":
            let zone = request.site.visits.zone
            let minute = request.now.minute
            return Int(max(1, zone.start(ofDay: zone.day(ofMinute: minute) + 1) - minute))
        default:
            guard let minutes = text.flatMap({ Int($0) }), (1...527_040).contains(minutes) else {
                throw AdminFailure.bad("for: \(text ?? "")")
            }
            return minutes
        }
    }

    private static func back(_ request: AdminRequest, done: String, grant: Int64?) -> Response {
        let path = request.form["back"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/requests"
        let (bare, query) = path.cutQuery
        let kept = Form(query: query).fields.filter { $0.name != "done" && !$0.name.hasPrefix("undo-") }.map {
            ($0.name, Optional($0.value))
        }
        return Reply.seeOther(bare + Form.query(kept + [("done", done), ("undo-grant", grant.map { "\($0)" })]))
    }

    /// The choices of how long.
    static func durations(_ t: Messages) -> [View] {
        [
            ("5", "for-5"), ("15", "for-15"), ("60", "for-60"), ("today", "for-today"), ("1440", "for-day"), ("10080", "for-week"),
            ("always", "for-always"),
        ]
        .map { ["value": $0.0, "label": t[$0.1]] }
    }
}

extension String {
    /// The part before the first `?`, and what follows it.
    var cutQuery: (String, String?) {
        guard let mark = firstIndex(of: "?") else { return (self, nil) }
        return (String(self[..<mark]), String(self[index(after: mark)...]))
    }
}

extension Grant {
    /// The grant as tables show it.
    func view(_ wording: Wording, _ sentence: RuleSentence) -> View {
        let who: String
        switch scope {
        case .everyone: who = wording.t["scope-everyone"]
        case .group(let name): who = wording.t("scope-group", name)
        case .client(let name): who = name
        }
        return [
            "id": "\(id)", "who": who, "what": Target(target).map { sentence.name($0) } ?? target, "style": allows ? "allow" : "block",
            "verdict": wording.t[allows ? "verdict-allow" : target == "all" ? "paused" : "verdict-block"], "reason": reason,
            "author": author,
            "until": until.map { wording.moment($0) } ?? wording.t["for-always"], "left": until.map { wording.distance($0) },
        ]
    }
}
