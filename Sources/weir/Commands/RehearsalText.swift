import Foundation
import PolicyCore

/// What a rehearsal found, as text for people.
struct RehearsalText {
    private let report: RehearsalReport
    private let from: Instant
    private let to: Instant
    private let missingLists: [String]
    private let draft: PolicySnapshot

    init(_ report: RehearsalReport, from: Instant, to: Instant, missingLists: [String], draft: PolicySnapshot) {
        self.report = report
        self.from = from
        self.to = to
        self.missingLists = missingLists
        self.draft = draft
    }

    var text: String { (head + tables + examples + notes).joined(separator: "\n") }

    private var head: [String] {
        let against = report.baseline == .recorded ? "what was decided" : "what the running policy decides today"
        return [
            "\(report.judged) visits judged, \(from.rfc3339(in: draft.zone)) to \(to.rfc3339(in: draft.zone)), against \(against)",
            "\(report.unchanged) unchanged, \(report.changes.blocked) newly blocked, \(report.changes.allowed) newly allowed, "
                + "\(report.changes.warned) newly warned",
        ]
    }

    private var tables: [String] {
        if report.changes.total == 0 { return [] }
        let all = [
            ("CLIENT", report.byClient), ("GROUP", report.byGroup), ("SITE", report.bySite), ("CATEGORY", report.byCategory),
            ("RULE OF THE DRAFT", report.byRule),
        ]
        return all.map { name, rows in
            "\n"
                + Terminal.table(
                    ["BLOCKED", "ALLOWED", "WARNED", name],
                    rows.prefix(10).map {
                        [
                            "\($0.counts.blocked)", "\($0.counts.allowed)", "\($0.counts.warned)",
                            LineLogHandler.plain($0.name.isEmpty ? "-" : $0.name),
                        ]
                    })
        }
    }

    private var examples: [String] {
        if report.examples.isEmpty { return [] }
        let rows = report.examples.prefix(20).map { example in
            [
                example.time.rfc3339(in: draft.zone), example.client, "\(example.before.rawValue) → \(example.after.rawValue)",
                LineLogHandler.plain(example.url), "\(example.beforeRule ?? "-") → \(example.afterRule)",
            ]
        }
        return ["\n" + Terminal.table(["TIME", "CLIENT", "CHANGE", "URL", "RULE"], rows)]
    }

    private var notes: [String] {
        var notes: [String] = []
        func add(_ count: Int, _ text: String) {
            if count > 0 { notes.append("note: \(count) \(text)") }
        }
        add(report.alreadyToday, "of the changes the running policy makes too: they are not the draft's doing")
        add(report.drifted, "visits the running policy decides otherwise today than was recorded")
        add(report.byAnotherRule, "visits keep their verdict by another rule")
        add(report.tunnels, "visits were tunnels, judged on their host alone")
        add(report.pathsUnknown, "visits were recorded without their path, judged on their host alone")
        add(report.pathsCut, "visits had a path too long to keep, judged by its beginning")
        add(report.undecided, "visits cannot be decided: a required list is missing")
        add(report.notJudged, "visits no rule had judged were left out")
        if !missingLists.isEmpty { notes.append("note: the draft's lists without a version here: \(missingLists.joined(separator: ", "))") }
        if !draft.document.lists.isEmpty { notes.append("note: lists are today's versions") }
        return notes.isEmpty ? [] : [""] + notes
    }
}
