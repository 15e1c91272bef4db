import ArgumentParser

extension ListsCommand {
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an older version of a list serve again, or undo that.",
            discussion: """
                The last two versions that served are kept; `lists status --json` names them. The older one serves until the source offers a \
                version that differs from the one gone back from.
                """)
        @OptionGroup var configuration: ConfigurationOption
        @Option(help: "The beginning of the version's id; the one that served last before where absent.")
        var to: String?
        @Flag(help: "Let the version that was gone back from serve again.")
        var undo = false
        @Flag(help: "Write the list's state as JSON.")
        var json = false
        @Argument(help: "The list's name.")
        var name: String

        func validate() throws {
            if undo, to != nil { throw ValidationError("--undo goes to the version that was gone back from: --to has no place beside it") }
        }

        func run() async throws {
            var arguments = ["name": name]
            arguments["version"] = to
            if undo { arguments["undo"] = "yes" }
            let answer = try await StoreAccess(configuration: try configuration.load()).perform("lists-rollback", arguments)
            try ListsCommand.show(answer, json: json)
        }
    }
}
