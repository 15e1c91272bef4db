import ArgumentParser
import Foundation
import PatternMatching
import PolicyCore
import PolicyFormats
import PolicyStore
import VisitStore

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "The verdict on a URL, and why: the same code as the proxy's.",
        discussion: """
            Without --policy the stored policy is asked (--config), with the lists a server holds, grants and pauses of the moment asked about \
            and, for a moment that is past, the budgets used by then. --revision asks an older one.
            With --batch, questions are read from standard input, one JSON object a line, and answers written in the same order:
              {"id":1,"client":"192.168.1.20","user":null,"mac":null,"at":"2026-09-01T08:30:00+02:00","method":"GET","url":"https://example.com/"}
            With --policy, lists given as paths are read beside the policy file; those given as addresses count as missing.
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Option(help: "The policy file (default: the stored policy).")
    var policy: String?
    @Option(help: "A stored revision's number (default: the policy that runs).")
    var revision: Int64?
    @Option(help: "The asking device's IP address.")
    var client: String?
    @Option(help: "The authenticated user.")
    var user: String?
    @Option(help: "The device's MAC address.")
    var mac: String?
    @Option(help: "The moment, past or future, such as 2026-09-01T08:30:00+02:00 (default: now).")
    var at: String?
    @Option(help: "The request's method.")
    var method = "GET"
    @Option(help: "The reply's media type, where it is known, such as video/mp4.")
    var type: String?
    @Option(
        help: ArgumentHelp(
            "What was used of a limit, instead of what was recorded: groups.kids.rules[0]=45m (or 200MB, or \"3 visits\"). Any number of times.",
            valueName: "rule=amount"))
    var used: [String] = []
    @Flag(help: "Write the answer as one JSON object.")
    var json = false
    @Flag(help: "With --json: the whole path too, every step and rule of it.")
    var trace = false
    @Flag(help: "Answer JSON lines from standard input.")
    var batch = false
    @Argument(help: "The URL; host:port for --method CONNECT.")
    var url: String?

    func validate() throws {
        if batch == (url != nil) { throw ValidationError("give either a URL or --batch") }
        if policy != nil, revision != nil { throw ValidationError("--revision is of the stored policy: leave --policy out") }
        if let client, IPAddress(client) == nil { throw ValidationError("--client \(client): not an IP address") }
        if let mac, MACAddress(mac) == nil { throw ValidationError("--mac \(mac): not a MAC address such as 3c:22:fb:01:02:03") }
        if batch, !used.isEmpty { throw ValidationError("--batch: each question has a \"used\" of its own") }
        for used in used where BudgetUse.named(used) == nil {
            throw ValidationError("--used \(used): not a rule and an amount such as groups.kids.rules[0]=45m, =200MB or =\"3 visits\"")
        }
        if let at, Instant(rfc3339: at) == nil { throw ValidationError("--at \(at): not a time such as 2026-09-01T08:30:00+02:00") }
    }

    func run() async throws {
        let now = WallClock.now()
        let moment = at.flatMap { Instant(rfc3339: $0) } ?? now
        let settings = policy == nil ? try configuration.load() : nil
        let asking = try AskedPolicy.read(file: policy, settings, revision: revision, at: moment)
        if batch { return try answerAll(BatchExplainer(snapshot: asking.snapshot, now: moment)) }
        let asker = Asker(address: client.flatMap { IPAddress($0) }, mac: mac.flatMap { MACAddress($0) }, user: user)
        let asked = try question()
        let recorded = try settings.map { try asking.state(asker, at: moment, now: now, $0) } ?? RecordedBudgets(state: nil)
        let state = UsedUpTo(try given(asker, asking.snapshot), at: moment, others: recorded)
        let path = asking.snapshot.path(asked, asker: asker, at: moment, state: state)
        let notes = asking.notes(asker, at: moment, now: now)
        if json { return Terminal.say(trace ? path.json(revision: asking.revision, notes: notes) : path.explanation.json) }
        Terminal.say(ExplainedPath(path, asking.snapshot, revision: asking.revision, notes: notes).text)
    }

    private func question() throws -> Asked {
        let text = url ?? ""
        do {
            return Asked(url: try RequestURL(asked: text, method: method), method: method, mediaType: type?.lowercased())
        } catch {
            throw Terminal.Failure("\(text): cannot be judged: \(error)")
        }
    }

    /// - Throws: where the client has no such limit.
    private func given(_ asker: Asker, _ snapshot: PolicySnapshot) throws -> [String: BudgetUse] {
        let known = snapshot.budgetKeys(for: snapshot.identify(asker)).map(\.rule)
        let named = used.compactMap { BudgetUse.named($0) }
        for (rule, _) in named where !known.contains(rule) {
            let limits = known.isEmpty ? "none" : known.joined(separator: ", ")
            throw Terminal.Failure("--used \(rule): this client has no such limit; its limits: \(limits)")
        }
        return Dictionary(named.map { ($0.rule, $0.use) }, uniquingKeysWith: { _, last in last })
    }

    /// Answers to what has arrived are written before more is waited for, so that a program may ask and read in turn.
    private func answerAll(_ explainer: BatchExplainer) throws {
        var lines = InputLines()
        while let piece = try lines.next() {
            var out = ""
            for line in piece where !line.allSatisfy(\.isWhitespace) {
                out += explainer.answer(line) + "\n"
                if out.utf8.count > 65_536 {
                    Terminal.write(out, to: 1)
                    out = ""
                }
            }
            Terminal.write(out, to: 1)
        }
    }
}
