public import ArgumentParser
import Foundation
public import PolicyCore
import PolicyFormats
import PolicyStore
import VisitStore

/// `weir policy rehearse`: what a draft would have changed.
struct RehearseCommand: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json
    }

    static let configuration = CommandConfiguration(
        commandName: "rehearse", abstract: "Judge what was recorded by a draft: what would change, and for whom.",
        discussion: """
            Visits of the last days are judged once more, in order, by the draft and by the policy that runs; budgets are counted along the way. \
            Nothing is changed, and a running server is not disturbed. What was recorded is compared with the draft's verdict; --against \
            running compares with what the running policy would decide today. Tunnels are judged on their host, groups that record sites \
            only without their paths, lists in today's versions.
            """)

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var span: SpanOptions
    @Option(help: "The last so many days (default 7), where --from does not say.")
    var days: Int?
    @Option(help: "recorded or running: what the draft is compared with.")
    var against: Rehearsal.Baseline = .recorded
    @Option(help: "A stored revision instead of a file.")
    var revision: Int64?
    @Option(help: "table or json.")
    var format: Format = .table
    @Argument(help: "The draft, - for standard input.")
    var draft: String?

    func validate() throws {
        if (draft == nil) == (revision == nil) { throw ValidationError("give either a draft or --revision") }
        if let days, !(1...3_660).contains(days) { throw ValidationError("--days must be from 1 to 3660") }
        if days != nil, span.from != nil { throw ValidationError("give either --days or --from") }
    }

    func run() async throws {
        // All of it runs on this thread.
        LowPriority.lower()
        let settings = try configuration.load()
        let reader = try VisitSource.open(settings)
        let (from, to) = try limits(reader.zone)
        let place = StoredPolicy.Place(directory: settings.data, policyFile: settings.policy)
        let zones = SystemZones()
        // Budgets may reach back a week before the span.
        let early = Instant(milliseconds: from.milliseconds &- 8 * 86_400_000)
        let running = try StoredPolicy.read(.running, at: place, from: early, to: to, zones: zones)
        let trial = try StoredPolicy.read(try choice(), at: place, from: early, to: to, zones: zones)
        var rehearsal = Rehearsal(draft: trial.snapshot, running: running.snapshot, from: from, baseline: against)
        let progress = ProgressLine()
        let span = max(1, to.milliseconds &- rehearsal.start.milliseconds)
        let start = rehearsal.start
        try rehearsal.run(over: reader, to: to) { step in
            progress.show("\((step.reached.milliseconds &- start.milliseconds) * 100 / span) %, \(step.visits) visits")
            return true
        }
        progress.clear()
        let report = rehearsal.report
        switch format {
        case .json: Terminal.say(report.json(from: from, to: to, missingLists: trial.missingLists))
        case .table: Terminal.say(RehearsalText(report, from: from, to: to, missingLists: trial.missingLists, draft: trial.snapshot).text)
        }
    }

    private func choice() throws -> StoredPolicy.Choice {
        if let revision { return .revision(revision) }
        guard let draft, draft != "-" else {
            guard let text = String(validating: try Terminal.readInput(limit: PolicyFile.largest), as: UTF8.self) else {
                throw Terminal.Failure("standard input: is not UTF-8 text")
            }
            return .draft(text, file: "draft")
        }
        return .draft(try PolicyFile.text(draft), file: draft)
    }

    private func limits(_ zone: ReportingZone) throws -> (Instant, Instant) {
        let given = try span.read(in: zone)
        let to = given.to ?? WallClock.now()
        let from = given.from ?? Instant(milliseconds: to.milliseconds &- Int64(days ?? 7) * 86_400_000)
        guard from < to else { throw Terminal.Failure("--from is not before --to") }
        return (from, to)
    }
}

extension Rehearsal.Baseline: ExpressibleByArgument {}

/// How far something long is, on a terminal's standard error and nowhere else.
struct ProgressLine {
    private let isShown = isatty(2) == 1

    func show(_ text: String) {
        if isShown { Terminal.write("\r\u{1b}[K\(text)", to: 2) }
    }

    func clear() {
        if isShown { Terminal.write("\r\u{1b}[K", to: 2) }
    }
}
