import ArgumentParser
import Foundation

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "The policy: rehearse a draft; the one kept in the database: export, apply, history, revert; import from other filters.",
        subcommands: [Export.self, Apply.self, RehearseCommand.self, History.self, Revert.self, Import.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write the policy's text to standard output, unchanged.")
        @OptionGroup var configuration: ConfigurationOption

        func run() async throws {
            Terminal.write(try await StoreAccess(configuration: try configuration.load()).perform("policy-export"), to: 1)
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save a file as a new revision and put it in force; a broken one changes nothing.")
        @OptionGroup var configuration: ConfigurationOption
        @Option(help: "What the change is about.")
        var note: String?
        @Flag(help: "Write the revision as JSON.")
        var json = false
        @Argument(help: "The policy file, - for standard input.")
        var file: String

        func run() async throws {
            let text: String
            if file == "-" {
                guard let input = String(validating: try Terminal.readInput(limit: PolicyFile.largest), as: UTF8.self) else {
                    throw Terminal.Failure("standard input: is not UTF-8 text")
                }
                text = input
            } else {
                text = try PolicyFile.text(file)
            }
            var arguments = ["text": text, "file": file]
            arguments["note"] = note
            let answer = try await StoreAccess(configuration: try configuration.load()).perform("policy-apply", arguments)
            let revision = try JSONDecoder().decode(RevisionLine.self, from: Data(answer.utf8))
            Terminal.say(json ? answer : "revision \(revision.revision) is in force")
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every revision, the newest first.")
        @OptionGroup var configuration: ConfigurationOption
        @Flag(help: "Write a JSON list.")
        var json = false

        func run() async throws {
            let answer = try await StoreAccess(configuration: try configuration.load()).perform("policy-history")
            if json { return Terminal.say(answer) }
            let revisions = try JSONDecoder().decode([RevisionLine].self, from: Data(answer.utf8))
            Terminal.say(
                Terminal.table(
                    ["REVISION", "TIME", "AUTHOR", "BYTES", "NOTE"],
                    revisions.map { ["\($0.revision)", $0.time, $0.author, "\($0.bytes)", LineLogHandler.plain($0.note ?? "")] }))
        }
    }

    struct Revert: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put an older revision's text in force, as a new revision.")
        @OptionGroup var configuration: ConfigurationOption
        @Flag(help: "Write the revision as JSON.")
        var json = false
        @Argument(help: "The revision's number.")
        var revision: Int64

        func run() async throws {
            let access = StoreAccess(configuration: try configuration.load())
            let answer = try await access.perform("policy-revert", ["revision": "\(revision)"])
            let made = try JSONDecoder().decode(RevisionLine.self, from: Data(answer.utf8))
            Terminal.say(json ? answer : "revision \(made.revision) is in force, with the text of revision \(revision)")
        }
    }
}
