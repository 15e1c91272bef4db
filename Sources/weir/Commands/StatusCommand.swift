import ArgumentParser
import Foundation

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Is it recording, which policy is in force, how the lists are. Ends with 1 where no server runs.")

    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Write a JSON object.")
    var json = false

    func run() throws {
        let settings = try configuration.load()
        guard let answer = try ControlClient(data: settings.data).ask("status") else {
            throw Terminal.Failure("no server runs with data in \(settings.data)")
        }
        if json { return Terminal.say(answer) }
        let status = try JSONDecoder().decode(StatusDocument.self, from: Data(answer.utf8))
        let proxy = status.proxy
        let visits = status.visits
        let source = status.policy.file ?? status.policy.revision.map { "revision \($0)" } ?? "none"
        say("version", "\(status.version), since \(status.started)")
        say("recording", status.recording, isAlarming: status.recording != "ok")
        say("proxy", "\(proxy.addresses.joined(separator: ", ")); \(proxy.connections) connections, \(proxy.tunnels) tunnels")
        say("requests", "\(proxy.allowed) allowed, \(proxy.blocked) blocked, \(proxy.warned) warned, \(proxy.rejected) refused")
        say(
            "visits", "\(visits.stored) stored, \(visits.journal) journalled, \(visits.missing) missing, \(visits.refused) refused",
            isAlarming: visits.missing > 0)
        say("policy", "generation \(status.policy.generation), \(source)")
        for error in status.policy.errors { say("  error", error, isAlarming: true) }
        for list in status.lists {
            say(
                "list", "\(list.name): \(list.state), \(list.entries) entries\(list.error.map { ", \($0)" } ?? "")",
                isAlarming: !list.serving || list.error != nil)
        }
    }

    private func say(_ what: String, _ text: String, isAlarming: Bool = false) {
        let line = what.padding(toLength: 11, withPad: " ", startingAt: 0) + LineLogHandler.plain(text)
        Terminal.say(isAlarming ? Terminal.alarming(line) : line)
    }
}
