import Foundation
import PolicyCore

/// The whole way to a verdict as text for people.
struct ExplainedPath {
    private let path: VerdictPath
    private let snapshot: PolicySnapshot
    private let revision: Int64?
    private let notes: [String]

    init(_ path: VerdictPath, _ snapshot: PolicySnapshot, revision: Int64?, notes: [String]) {
        self.path = path
        self.snapshot = snapshot
        self.revision = revision
        self.notes = notes
    }

    var text: String {
        (verdict + section("who", who) + section("what", what) + section("rules", rules) + notes.map { "note: \($0)" }).joined(
            separator: "\n")
    }

    private var verdict: [String] {
        let answer = path.explanation
        var lines = ["\(answer.verdict.rawValue)  \(path.url)"]
        func add(_ label: String, _ value: String?) {
            if let value, !value.isEmpty { lines.append(Self.padded(label) + LineLogHandler.plain(value)) }
        }
        if let sent = path.sent, sent != path.url { add("as sent", sent) }
        add("rule", answer.rule)
        add("means", snapshot.sentence(ofRule: answer.rule))
        add("reason", answer.reason)
        add("client", answer.client.map { "\($0) (group \(answer.group), recognised by \(answer.recognised.rawValue))" })
        add("category", answer.category)
        add("in", answer.categories.joined(separator: ", "))
        add("evidence", answer.evidence.map(Self.text))
        add("schedule", answer.schedule)
        add("at", path.at)
        add("until", answer.until)
        add("limited", answer.restriction.map(Self.text))
        add("revision", revision.map(String.init))
        add("missing", answer.missingList)
        return lines
    }

    private static func padded(_ label: String) -> String { label.padding(toLength: 10, withPad: " ", startingAt: 0) }

    private static func text(_ evidence: Explanation.Evidence) -> String {
        "\(evidence.place): \(evidence.entry)"
    }

    private static func text(_ restriction: ServiceRestriction) -> String {
        var ways = [restriction.substitute.map { "connects to \($0)" }]
        ways.append(restriction.parameter.map { "asks with \($0.name)=\($0.value)" })
        ways.append(restriction.field.map { "asks with \($0.name): \($0.value)" })
        let said = ways.compactMap { $0 }.joined(separator: ", ")
        return "by \(restriction.key.rawValue): \(said.isEmpty ? "no restricted form is known here" : said)"
    }

    private func section(_ name: String, _ lines: [String]) -> [String] { lines.isEmpty ? [] : ["\(name):"] + lines.map { "  \($0)" } }

    private var who: [String] {
        path.recognition.map { step in
            let mark = step.settlesClient || step.settlesGroup ? "→" : " "
            let given = step.given.map { " \($0)" } ?? (step.by == .none ? "" : " (not known)")
            let found = step.found.map { ": \($0)\(step.entry.map { " by \($0)" } ?? "")" } ?? ": nobody"
            return "\(mark) \(step.by.rawValue)\(LineLogHandler.plain(given))\(found)"
        }
    }

    private var what: [String] {
        path.memberships.map { "\($0.category)\($0.evidence.map { " by \(LineLogHandler.plain(Self.text($0)))" } ?? "")" }
    }

    private var rules: [String] {
        let tried = path.steps.map { step in
            let detail = step.detail.map { " (\(LineLogHandler.plain($0)))" } ?? ""
            let next = step.next.map { " Changes at \($0)." } ?? ""
            return "\(step.applied ? "→" : " ") \(step.rule): \(LineLogHandler.plain(step.sentence)): \(step.why)\(detail)\(next)"
        }
        let budgets = path.budgets.map { "  \($0.rule): \($0.used) of \($0.limit) \($0.unit) used, until \($0.resets)" }
        return tried + path.unreached.map { "  \($0.rule): \(LineLogHandler.plain($0.sentence)): Not reached." } + budgets
    }
}
