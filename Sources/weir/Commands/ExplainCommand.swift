import ArgumentParser
import Foundation
import PatternMatching
import PolicyCore
import PolicyFormats

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "The verdict on a URL, and why: the same code as the proxy's.",
        discussion: """
            With --batch, questions are read from standard input, one JSON object a line, and answers written in the same order:
              {"id":1,"client":"192.168.1.20","user":null,"mac":null,"at":"2026-09-01T08:30:00+02:00","method":"GET","url":"https://example.com/"}
            Lists given as paths are read beside the policy file; those given as addresses count as missing.
            """)

    @Option(help: "The policy file.")
    var policy: String
    @Option(help: "The asking device's IP address.")
    var client: String?
    @Option(help: "The authenticated user.")
    var user: String?
    @Option(help: "The device's MAC address.")
    var mac: String?
    @Option(help: "The moment, such as 2026-09-01T08:30:00+02:00 (default: now).")
    var at: String?
    @Option(help: "The request's method.")
    var method = "GET"
    @Flag(help: "Write the answer as one JSON object.")
    var json = false
    @Flag(help: "Answer JSON lines from standard input.")
    var batch = false
    @Argument(help: "The URL; host:port for --method CONNECT.")
    var url: String?

    func validate() throws {
        if batch == (url != nil) { throw ValidationError("give either a URL or --batch") }
        if let client, IPAddress(client) == nil { throw ValidationError("--client \(client): not an IP address") }
        if let mac, MACAddress(mac) == nil { throw ValidationError("--mac \(mac): not a MAC address such as 3c:22:fb:01:02:03") }
        if let at, Instant(rfc3339: at) == nil { throw ValidationError("--at \(at): not a time such as 2026-09-01T08:30:00+02:00") }
    }

    func run() async throws {
        let snapshot = try await PolicyFile.snapshot(policy)
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        if batch { return try answerAll(BatchExplainer(snapshot: snapshot, now: now)) }
        let asker = Asker(address: client.flatMap { IPAddress($0) }, mac: mac.flatMap { MACAddress($0) }, user: user)
        let moment = at.flatMap { Instant(rfc3339: $0) } ?? now
        let asked = try question()
        let state = PolicyLedger()
        let answer = snapshot.explain(asked, asker: asker, at: moment, state: state)
        if json { return Terminal.say(answer.json) }
        Terminal.say(Self.text(answer, snapshot, asked))
        for step in snapshot.trace(asked, asker: asker, at: moment, state: state) {
            Terminal.say("  \(step.applied ? "→" : " ") \(step.rule): \(step.why)")
        }
    }

    private func question() throws -> Asked {
        let text = url ?? ""
        do {
            return Asked(url: try RequestURL(asked: text, method: method), method: method)
        } catch {
            throw Terminal.Failure("\(text): cannot be judged: \(error)")
        }
    }

    private static func text(_ answer: Explanation, _ snapshot: PolicySnapshot, _ asked: Asked) -> String {
        var lines = ["\(answer.verdict.rawValue)  \(asked.url.text)", "rule      \(answer.rule)"]
        func add(_ label: String, _ value: String?) {
            if let value { lines.append(label.padding(toLength: 10, withPad: " ", startingAt: 0) + value) }
        }
        add("means", snapshot.sentence(ofRule: answer.rule))
        add("reason", answer.reason)
        add("client", answer.client.map { "\($0) (group \(answer.group), recognised by \(answer.recognised.rawValue))" })
        add("category", answer.category)
        add("in", answer.categories.isEmpty ? nil : answer.categories.joined(separator: ", "))
        add("evidence", answer.evidence.map { "\($0.list.map { "\($0), " } ?? "")line \($0.line): \($0.entry)" })
        add("schedule", answer.schedule)
        add("until", answer.until)
        add("limited", answer.restriction.map(Self.text))
        return lines.joined(separator: "\n")
    }

    private static func text(_ restriction: ServiceRestriction) -> String {
        var ways = [restriction.substitute.map { "connects to \($0)" }]
        ways.append(restriction.parameter.map { "asks with \($0.name)=\($0.value)" })
        ways.append(restriction.field.map { "asks with \($0.name): \($0.value)" })
        let said = ways.compactMap { $0 }.joined(separator: ", ")
        return "by \(restriction.key.rawValue): \(said.isEmpty ? "no restricted form is known here" : said)"
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
