import ArgumentParser
import Foundation
import PolicyCore
import PolicyFormats
import PolicyStore

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a policy file; every error with its line and column.",
        discussion: "Ends with 0 where the policy is good (warnings are only said), with 1 where it is not.")

    @Argument(help: "The policy file, - for standard input.")
    var policy: String

    @Flag(help: "Write the findings as a JSON list.")
    var json = false

    func run() throws {
        let reading = try PolicyFile.read(policy)
        if json {
            let findings = reading.diagnostics.map {
                Finding(file: $0.file, line: $0.line, column: $0.column, severity: "\($0.severity)", message: $0.message)
            }
            try Terminal.say(JSON.text(findings))
        } else {
            for diagnostic in reading.diagnostics { Terminal.complain("\(diagnostic)") }
        }
        if reading.document == nil || reading.diagnostics.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
        if !json, Terminal.isInteractive { Terminal.say("\(policy): good") }
    }

    private struct Finding: Codable {
        var file: String
        var line: Int
        var column: Int
        var severity: String
        var message: String
    }
}
