import Hummingbird
import PatternMatching
import PolicyCore
import PolicyStore
import VisitStore

/// The tester: who, what, when; and the whole path to the verdict, by the same code as the proxy.
enum WhyPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let snapshot = await request.site.policy.snapshot
        let query = request.query
        var view: View = [
            "url": query["url"], "client": query["client"], "address": query["address"], "asked-user": query["user"], "mac": query["mac"],
            "method": query["method"], "at": query["at"], "clients": snapshot.document.clients.prefix(300).map(\.name),
            "zone": request.site.visits.zone.name, "now": request.wording.fieldMoment(request.now),
        ]
        if let url = query.text("url") {
            do {
                let question = try WhyQuestion(query, url: url, snapshot: snapshot, zone: request.site.visits.zone, now: request.now)
                view = view.merging(answer(question, snapshot, request))
            } catch let problem as WhyQuestion.Problem {
                view["failure"] = request.t(problem.message, problem.detail)
            }
        }
        return try await request.page("why", title: request.t["nav-why"], in: .why, view)
    }

    private static func answer(_ question: WhyQuestion, _ snapshot: PolicySnapshot, _ request: AdminRequest) -> View {
        let state = request.site.dependencies.state
        let found = snapshot.explain(question.asked, asker: question.asker, at: question.at, state: state)
        let steps = snapshot.trace(question.asked, asker: question.asker, at: question.at, state: state)
        let wording = request.wording
        let sentence = RuleSentence(request.t, snapshot.document)
        let url = question.asked.url
        let facts: [(String, String?)] = [
            ("rule", found.rule), ("category", found.category.map { sentence.titles[$0] ?? $0 }),
            ("categories", found.categories.map { sentence.titles[$0] ?? $0 }.joined(separator: ", ")),
            ("list", found.evidence?.list), ("entry", found.evidence?.entry), ("line", found.evidence.map { "\($0.line)" }),
            ("client", found.client), ("group", found.group), ("schedule", found.schedule),
            ("until", found.untilInstant.map { wording.moment($0) }), ("reason", found.reason),
            ("restriction", found.restriction.map { [$0.service, $0.substitute].compactMap { $0 }.joined(separator: " → ") }),
        ]
        return [
            "answered": true, "canonical": url.text, "verdict": request.t["verdict-\(found.verdict.rawValue)"],
            "style": found.verdict.rawValue, "client-name": found.client ?? "", "group-name": found.group,
            "facts": facts.compactMap { name, value -> View? in
                guard let value, !value.isEmpty else { return nil }
                return ["name": request.t["fact-\(name)"], "value": value]
            },
            "steps": steps.map { step(of: $0, sentence, snapshot, wording) }, "moment": wording.moment(question.at),
            "site": url.site, "host": url.host, "url-entry": "\(url.host)\(url.pathAndQuery)", "has-path": url.pathAndQuery != "/",
            "durations": GrantForms.durations(request.t), "visits": "/visits" + Form.query([("host", url.host), ("client", found.client)]),
        ]
    }

    private static func step(of step: TraceStep, _ sentence: RuleSentence, _ snapshot: PolicySnapshot, _ wording: Wording) -> View {
        if let grant = snapshot.activeGrants.first(where: { "grants[\($0.id)]" == step.rule }) {
            return grant.view(wording, sentence).merging([
                "path": step.rule, "said": "\(Target(grant.target).map { sentence.name($0) } ?? grant.target)",
                "verb": grant.allows ? "allow" : "block",
                "verb-text": sentence.t[grant.allows ? "verdict-allow" : "verdict-block"],
                "outcome": sentence.t["step-\(step.result.rawValue)"],
                "applied": step.applied,
            ])
        }
        let rule = snapshot.document.rule(at: step.rule)
        let isDefault = step.rule.hasSuffix(".default")
        return [
            "path": step.rule, "said": rule.map { sentence.text($0) } ?? (isDefault ? sentence.t["else"] : nil),
            "verb": rule?.verb.rawValue ?? (isDefault ? step.verdict?.rawValue : nil),
            "verb-text": rule.map { sentence.verb($0) } ?? (isDefault ? step.verdict.map { sentence.t["verdict-\($0.rawValue)"] } : nil),
            "outcome": sentence.t["step-\(step.result.rawValue)"],
            "applied": step.applied,
        ]
    }
}
