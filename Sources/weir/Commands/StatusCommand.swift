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
        var lines = [
            ["version", "\(status.version), since \(status.started)"],
            ["recording", status.recording],
            ["proxy", "\(status.proxy.addresses.joined(separator: ", ")); \(status.proxy.connections) connections, \(status.proxy.tunnels) tunnels"],
            ["requests", "\(status.proxy.allowed) allowed, \(status.proxy.blocked) blocked, \(status.proxy.warned) warned, \(status.proxy.rejected) refused"],
            ["visits", "\(status.visits.stored) stored, \(status.visits.journal) journalled, \(status.visits.missing) missing, \(status.visits.refused) refused"],
            ["policy", "generation \(status.policy.generation), \(status.policy.file ?? status.policy.revision.map { "revision \($0)" } ?? "none")"],
        ]
        for error in status.policy.errors { lines.append(["  error", error]) }
        for list in status.lists {
            lines.append(["list", "\(list.name): \(list.state), \(list.entries) entries\(list.error.map { ", \($0)" } ?? "")"])
        }
        for line in lines { Terminal.say(line[0].padding(toLength: 11, withPad: " ", startingAt: 0) + LineLogHandler.plain(line[1])) }
    }
}
