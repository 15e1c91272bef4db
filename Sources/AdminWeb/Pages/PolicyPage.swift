import HTTPTypes
import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore
import Reporting

/// The policy: its rules as sentences, and its text to edit with errors at their lines.
enum PolicyPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let policy = request.site.policy
        let snapshot = await policy.snapshot
        let document = snapshot.document
        let status = await policy.status()
        let sentence = RuleSentence(request.t, document)
        let (hits, wording) = (request.hits("rule-hits"), request.wording)
        let view: View = [
            "read-only": status.isReadOnly, "file": status.file, "errors": status.errors, "some-errors": !status.errors.isEmpty,
            "warnings": status.warnings, "some-warnings": !status.warnings.isEmpty, "generation": "\(status.generation)",
            "since": request.wording.moment(status.since), "house": rules(document.rules, "rules", sentence, hits, wording),
            "some-house": !document.rules.isEmpty,
            "groups": document.groups.map { group -> View in
                [
                    "name": group.name, "link": "/groups/\(Form.encode(group.name))", "inherit": group.inherit,
                    "rules": rules(group.rules, "groups.\(group.name).rules", sentence, hits, wording),
                    "default": request.t["default-\(document.effectiveDefault(of: group.name).rawValue)"],
                ]
            },
            "schedules": document.schedules.map {
                ["name": $0.name, "text": $0.text(request.t), "link": "/schedules/\(Form.encode($0.name))"] as View
            },
            "some-schedules": !document.schedules.isEmpty, "timezone": document.timezone,
        ]
        return try await request.page("policy", title: request.t["nav-policy"], in: .policy, view)
    }

    private static func rules(
        _ rules: [RuleDeclaration], _ holder: String, _ sentence: RuleSentence, _ hits: [String: HitCounts], _ wording: Wording
    ) -> [View] {
        rules.enumerated().map { index, rule in
            [
                "path": "\(holder)[\(index)]", "text": sentence.text(rule), "reason": rule.reason, "verb": rule.verb.rawValue,
                "verb-text": sentence.verb(rule), "hits": hits["\(holder)[\(index)]"]?.text(wording),
                "final": rule.isFinal, "visits": "/visits" + Form.query([("rule", "\(holder)[\(index)]")]),
            ]
        }
    }

    @Sendable static func text(_ request: AdminRequest) async throws -> Response {
        let policy = request.site.policy
        let (text, revision) = (await policy.text, await PolicyChange.current(policy))
        return try await editor(request, text: text, note: "", basedOn: revision, diagnostics: policy.check(text), status: .ok)
    }

    /// Saves the text, or shows it again as it was sent with what is wrong at each line. `check` only looks.
    @Sendable static func save(_ request: AdminRequest) async throws -> Response {
        let policy = request.site.policy
        // Browsers send line ends as CR LF; the policy's are LF.
        let text = (request.form["text"] ?? "").replacing("\r\n", with: "\n")
        let note = request.form.text("note") ?? ""
        let basedOn = request.form["based-on"].flatMap { Int64($0) }
        if request.form["check"] != nil {
            return try await editor(
                request, text: text, note: note, basedOn: basedOn, diagnostics: policy.check(text), status: .ok, isChecked: true)
        }
        if request.form["rehearse"] != nil {
            do {
                return try await RehearsePage.begin(.draft(text, file: "policy"), request)
            } catch PolicyStoreError.badPolicy(let found) {
                return try await editor(
                    request, text: text, note: note, basedOn: basedOn, diagnostics: found, status: .unprocessableContent)
            }
        }
        let before = await PolicyChange.current(policy)
        do {
            _ = try await policy.save(text, author: request.author, note: note.isEmpty ? nil : note, basedOn: basedOn)
        } catch PolicyStoreError.badPolicy(let found) {
            return try await editor(request, text: text, note: note, basedOn: basedOn, diagnostics: found, status: .unprocessableContent)
        } catch PolicyStoreError.badValue(let message) {
            return try await editor(
                request, text: text, note: note, basedOn: before, failure: message, diagnostics: policy.check(text), status: .conflict)
        }
        return Reply.seeOther("/policy" + PolicyChange.done("policy-saved", before))
    }

    private static func editor(
        _ request: AdminRequest, text: String, note: String, basedOn: Int64?, failure: String? = nil, diagnostics: [Diagnostic],
        status: HTTPResponse.Status, isChecked: Bool = false
    ) async throws -> Response {
        let policy = await request.site.policy.status()
        let errors = diagnostics.filter { $0.severity == .error }
        let view: View = [
            "text": text, "note": note, "based-on": basedOn.map { "\($0)" }, "failure": failure, "read-only": policy.isReadOnly,
            "file": policy.file, "well": isChecked && errors.isEmpty,
            "problems": diagnostics.map { problem -> View in
                [
                    "place": "\(problem.line):\(problem.column)", "message": problem.message, "link": "#line-\(problem.line)",
                    "warning": problem.severity == .warning,
                ]
            },
            "some-problems": !diagnostics.isEmpty, "some-errors": !errors.isEmpty,
            "lines": errors.isEmpty ? nil : marked(text, errors),
        ]
        return try await request.page("policy-text", title: request.t["policy-text"], in: .policy, view, status: status)
    }

    /// The lines with errors and three around each, the errors under their line.
    private static func marked(_ text: String, _ errors: [Diagnostic]) -> [View] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let byLine = Dictionary(grouping: errors, by: \.line)
        let shown = Set(byLine.keys.flatMap { max(1, $0 - 3)...max(1, $0 + 3) })
        return lines.enumerated().prefix(100_000).compactMap { index, line -> View? in
            let number = index + 1
            guard shown.contains(number) else { return nil }
            let said = byLine[number]?.map { "\($0.column): \($0.message)" } ?? []
            return [
                "number": "\(number)", "text": String(line), "style": said.isEmpty ? "" : "error", "said": said, "id": "line-\(number)",
                "gap": number > 1 && !shown.contains(number - 1),
            ]
        }
    }
}

extension PolicyStatus {
    var file: String? {
        if case .file(let path) = source { return path }
        return nil
    }
}
