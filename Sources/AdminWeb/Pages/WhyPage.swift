import Hummingbird
import PatternMatching
import PolicyCore
import PolicyStore
import VisitStore

/// The tester: who, what, when; and the whole path to the verdict, by the same code as the proxy.
enum WhyPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let running = await request.site.policy.snapshot
        let query = request.query
        let history = (try? await request.site.policy.history()) ?? []
        var view: View = [
            "url": query["url"], "client": query["client"], "address": query["address"], "asked-user": query["user"], "mac": query["mac"],
            "method": query["method"], "type": query["type"], "at": query["at"], "revision": query["revision"],
            "clients": running.document.clients.prefix(300).map(\.name), "revisions": history.prefix(200).map { "\($0.number)" },
            "zone": request.site.visits.zone.name, "now": request.wording.fieldMoment(request.now),
        ]
        if let url = query.text("url") {
            do {
                let answer = try await WhyAnswer(query, url: url, request)
                view = view.merging(self.view(answer, request))
            } catch let problem as WhyQuestion.Problem {
                view["failure"] = request.t(problem.message, problem.detail)
            } catch PolicyStoreError.noSuchRevision(let number) {
                view["failure"] = request.t("why-bad-revision", "\(number)")
            }
        }
        return try await request.page("why", title: request.t["nav-why"], in: .why, view)
    }

    private static func view(_ answer: WhyAnswer, _ request: AdminRequest) -> View {
        let (path, snapshot, wording) = (answer.path, answer.snapshot, request.wording)
        let found = path.explanation
        let sentence = RuleSentence(request.t, snapshot.document)
        let url = answer.question.asked.url
        let facts: [(String, String?)] = [
            ("rule", found.rule),
            ("category", found.category.map { $0 == "uncategorized" ? request.t["target-uncategorized"] : sentence.titles[$0] ?? $0 }),
            ("list", found.evidence?.list), ("entry", found.evidence?.entry),
            ("line", found.evidence.flatMap { found in found.line.map { "\(found.file.map { "\($0):" } ?? "")\($0)" } }),
            ("client", found.client), ("group", found.group), ("schedule", found.schedule), ("moment", wording.moment(answer.question.at)),
            ("until", found.untilInstant.map { wording.moment($0) }), ("reason", found.reason),
            ("restriction", found.restriction.map { [$0.service, $0.substitute].compactMap { $0 }.joined(separator: " → ") }),
            ("revision", answer.revision.map { "\($0)" }), ("sent", path.sent == path.url ? nil : path.sent),
        ]
        return [
            "answered": true, "canonical": url.text, "verdict": request.t["verdict-\(found.verdict.rawValue)"],
            "style": found.verdict.rawValue, "client-name": found.client ?? "", "group-name": found.group,
            "facts": facts.compactMap { name, value -> View? in
                guard let value, !value.isEmpty else { return nil }
                return ["name": request.t["fact-\(name)"], "value": value]
            },
            "notes": answer.notes.map { request.t($0.key, $0.value) }, "some-notes": !answer.notes.isEmpty,
            "recognition": path.recognition.map { recognised($0, request.t) },
            "memberships": path.memberships.map { ["name": $0.title, "evidence": evidence($0.evidence, request.t)] as View },
            "some-memberships": !path.memberships.isEmpty,
            "steps": path.steps.map { step(of: $0, sentence, snapshot, wording) },
            "unreached": path.unreached.map { rule -> View in
                let said = snapshot.document.rule(at: rule.rule).map { sentence.text($0) }
                return ["path": rule.rule, "said": said ?? (rule.rule.hasSuffix(".default") ? request.t["else"] : rule.sentence)]
            },
            "some-unreached": !path.unreached.isEmpty, "budgets": path.budgets.map { budget($0, wording) },
            "some-budgets": !path.budgets.isEmpty, "other": answer.isOther,
            "site": url.site, "host": url.host, "url-entry": "\(url.host)\(url.pathAndQuery)", "has-path": url.pathAndQuery != "/",
            "durations": GrantForms.durations(request.t), "visits": "/visits" + Form.query([("host", url.host), ("client", found.client)]),
        ]
    }

    private static func recognised(_ step: VerdictPath.Recognition, _ t: Messages) -> View {
        let found = step.found.map { name in step.entry.map { $0 == step.given ? name : "\(name) (\($0))" } ?? name }
        return [
            "by": t["recognised-\(step.by.rawValue)"], "given": step.given ?? (step.by == .none ? nil : t["recognised-unknown"]),
            "found": found ?? t["recognised-nobody"], "settles": step.settlesClient || step.settlesGroup,
        ]
    }

    private static func evidence(_ evidence: Explanation.Evidence?, _ t: Messages) -> String? {
        evidence.map { found in
            [found.list, found.file, found.line.map { "\(t["fact-line"]) \($0)" }, found.entry].compactMap { $0 }.joined(separator: " · ")
        }
    }

    private static func budget(_ budget: VerdictPath.BudgetLine, _ wording: Wording) -> View {
        let amounts: (String, String) =
            switch budget.unit {
            case "bytes": (wording.bytes(budget.used), wording.bytes(budget.limit))
            case "minutes": (wording.duration(seconds: budget.used &* 60), wording.duration(seconds: budget.limit &* 60))
            default: (wording.count(budget.used), wording.count(budget.limit))
            }
        return [
            "path": budget.rule, "title": budget.title,
            "used": wording.t("why-used", amounts.0, amounts.1, Instant(rfc3339: budget.resets).map { wording.moment($0) } ?? ""),
        ]
    }

    private static func step(of step: TraceStep, _ sentence: RuleSentence, _ snapshot: PolicySnapshot, _ wording: Wording) -> View {
        if let grant = snapshot.activeGrants.first(where: { "grants[\($0.id)]" == step.rule }) {
            return grant.view(wording, sentence).merging([
                "path": step.rule, "said": "\(Target(grant.target).map { sentence.name($0) } ?? grant.target)",
                "verb": grant.allows ? "allow" : "block",
                "verb-text": sentence.t[grant.allows ? "verdict-allow" : "verdict-block"],
                "outcome": outcome(of: step, sentence, wording),
                "applied": step.applied,
            ])
        }
        let rule = snapshot.document.rule(at: step.rule)
        let isDefault = step.rule.hasSuffix(".default")
        return [
            "path": step.rule, "said": rule.map { sentence.text($0) } ?? (isDefault ? sentence.t["else"] : nil),
            "verb": rule?.verb.rawValue ?? (isDefault ? step.verdict?.rawValue : nil),
            "verb-text": rule.map { sentence.verb($0) } ?? (isDefault ? step.verdict.map { sentence.t["verdict-\($0.rawValue)"] } : nil),
            "outcome": outcome(of: step, sentence, wording),
            "applied": step.applied,
        ]
    }

    /// Why it applied or not, what exactly, and when that changes.
    private static func outcome(of step: TraceStep, _ sentence: RuleSentence, _ wording: Wording) -> String {
        var text = wording.t["step-\(step.result.rawValue)"]
        if step.result != .expired, let detail = step.subject.flatMap({ sentence.text($0) }) { text += " (\(detail))" }
        if let next = step.next.flatMap({ Instant(rfc3339: $0) }) { text += " " + wording.t("step-next", wording.moment(next)) }
        return text
    }
}
