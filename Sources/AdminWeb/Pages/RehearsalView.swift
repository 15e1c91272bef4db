import PolicyCore
import PolicyStore
import VisitStore

/// A rehearsal's report as its page shows it.
struct RehearsalView {
    private let report: RehearsalReport
    private let job: RehearsalJob
    private let t: Messages
    private let wording: Wording
    private let sentence: RuleSentence

    init(_ report: RehearsalReport, _ job: RehearsalJob, _ request: AdminRequest) {
        self.report = report
        self.job = job
        t = request.t
        wording = request.wording
        sentence = RuleSentence(request.t, job.trial.snapshot.document)
    }

    var view: View {
        let question = job.question
        let notes = notes
        return [
            "reported": true, "changed": report.changes.total > 0, "none": t("rehearse-none-text", wording.count(report.judged)),
            "span": t(
                "rehearse-span", wording.count(report.judged), dated(question.from), dated(question.to),
                t["rehearse-\(report.baseline.rawValue)"]),
            "totals": [
                total("blocked", report.changes.blocked, "block"), total("allowed", report.changes.allowed, "allow"),
                total("warned", report.changes.warned, "warn"), total("unchanged", report.unchanged, "plain"),
            ],
            "tables": tables, "examples": report.examples.map(example), "notes": notes, "some-notes": !notes.isEmpty,
        ]
    }

    /// Today's day too: a span has two ends.
    private func dated(_ moment: Instant) -> String { wording.fieldMoment(moment).replacing("T", with: " ") }

    private func total(_ key: String, _ count: Int, _ style: String) -> View {
        ["label": t["rehearse-\(key)"], "count": wording.count(count), "style": style]
    }

    private var tables: [View] {
        let from = CivilTime.rfc3339(job.question.from.milliseconds)
        let to = CivilTime.rfc3339(job.question.to.milliseconds)
        func table(_ key: String, _ rows: [RehearsalReport.Row], filter: String?, name: (String) -> String = { $0 }) -> View {
            [
                "title": t["rehearse-by-\(key)"],
                "rows": rows.prefix(20).map { row -> View in
                    let isOne = !row.name.isEmpty && row.name != "…"
                    return [
                        "name": row.name.isEmpty ? "–" : isOne ? name(row.name) : row.name,
                        "link": filter.flatMap { isOne ? "/visits" + Form.query([($0, row.name), ("from", from), ("to", to)]) : nil },
                        "blocked": wording.count(row.counts.blocked), "allowed": wording.count(row.counts.allowed),
                        "warned": wording.count(row.counts.warned),
                    ]
                },
            ]
        }
        return [
            table("client", report.byClient, filter: "client"), table("group", report.byGroup, filter: "group"),
            table("site", report.bySite, filter: "site"),
            table("category", report.byCategory, filter: nil) { sentence.titles[$0] ?? $0 },
            table("rule", report.byRule, filter: nil) { path in
                job.trial.snapshot.document.rule(at: path).map { "\(path): \(sentence.verb($0)) \(sentence.text($0))" } ?? path
            },
        ]
    }

    private func example(_ example: RehearsalReport.Example) -> View {
        [
            "time": wording.moment(example.time), "client": example.client, "url": String(example.url.prefix(160)),
            "before": t["verdict-\(example.before.rawValue)"], "before-style": example.before.rawValue,
            "after": t["verdict-\(example.after.rawValue)"], "after-style": example.after.rawValue, "before-rule": example.beforeRule,
            "after-rule": example.afterRule,
            "visit": "/visits"
                + Form.query([
                    ("client", example.client), ("host", Self.host(of: example.url)),
                    ("from", CivilTime.rfc3339(example.time.milliseconds)), ("to", CivilTime.rfc3339(example.time.milliseconds &+ 1)),
                ]),
        ]
    }

    private static func host(of url: String) -> String? {
        url.firstRange(of: "://").map { scheme in
            let rest = url[scheme.upperBound...]
            if rest.hasPrefix("[") { return String(rest.dropFirst().prefix { $0 != "]" }) }
            return String(rest.prefix { $0 != "/" && $0 != ":" })
        }
    }

    /// What the figures do not say by themselves.
    private var notes: [String] {
        var notes: [String] = []
        func add(_ key: String, _ count: Int) {
            if count > 0 { notes.append(t("rehearse-note-\(key)", wording.count(count))) }
        }
        add("already", report.alreadyToday)
        add("drifted", report.drifted)
        add("rule", report.byAnotherRule)
        add("tunnels", report.tunnels)
        add("paths", report.pathsUnknown)
        add("cut", report.pathsCut)
        add("undecided", report.undecided)
        add("left", report.notJudged)
        if !job.trial.missingLists.isEmpty { notes.append(t("rehearse-note-missing", job.trial.missingLists.joined(separator: ", "))) }
        if !job.trial.snapshot.document.lists.isEmpty { notes.append(t["rehearse-note-lists"]) }
        return notes
    }
}
