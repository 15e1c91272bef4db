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

    @Option(name: .customLong("config"), help: "A configuration to be checked with it: its errors, and a proxy open to everybody.")
    var configuration: String?

    func run() throws {
        let reading = try PolicyFile.read(policy)
        let diagnostics = try (configuration.map(Self.diagnostics(of:)) ?? []) + reading.diagnostics
        if json {
            let findings = diagnostics.map {
                Finding(file: $0.file, line: $0.line, column: $0.column, severity: "\($0.severity)", message: $0.message)
            }
            try Terminal.say(JSON.text(findings))
        } else {
            for diagnostic in diagnostics { Terminal.complain("\(diagnostic)") }
        }
        if reading.document == nil || diagnostics.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
        if !json, Terminal.isInteractive { Terminal.say("\(policy): good") }
    }

    /// What is wrong with a configuration, or allowed and dangerous.
    private static func diagnostics(of file: String) throws -> [Diagnostic] {
        var found: [Diagnostic] = []
        func note(_ problem: ConfigurationProblem, _ severity: Diagnostic.Severity) {
            found.append(
                Diagnostic(file: problem.file, line: problem.line, column: problem.column, severity: severity, message: problem.message))
        }
        do {
            _ = try ConfigurationOption.read(file) { note($0, .warning) }
        } catch let wrong as ConfigurationProblems {
            for problem in wrong.problems { note(problem, .error) }
        }
        return found
    }

    private struct Finding: Codable {
        var file: String
        var line: Int
        var column: Int
        var severity: String
        var message: String
    }
}
