import ArgumentParser
import Foundation

@main
struct Weir: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "A filtering forward proxy: judges every request, records every visit, shows in a browser what happened and why.",
        version: Version.text,
        subcommands: [
            ServeCommand.self, CheckCommand.self, ExplainCommand.self, ListsCommand.self, VisitsCommand.self, ReportCommand.self,
            PolicyCommand.self, UserCommand.self, StatusCommand.self, BackupCommand.self, RestoreCommand.self,
        ])

    /// A wrong command line ends with 2, anything else that went wrong with 1 and its reason on standard error.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if !type(of: command).configuration.subcommands.isEmpty {
                Terminal.complain(helpMessage(for: type(of: command)))
                Foundation.exit(2)
            }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            if code == .success {
                print(fullMessage(for: error))
                Foundation.exit(0)
            }
            let wrongCommandLine = code == .validationFailure
            Terminal.complain(wrongCommandLine ? fullMessage(for: error) : Terminal.reason(of: error))
            Foundation.exit(wrongCommandLine ? 2 : 1)
        }
    }
}
