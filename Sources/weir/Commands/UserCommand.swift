public import ArgumentParser
import Foundation
public import PolicyStore

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Accounts, for the admin site and for the proxy.",
        subcommands: [Add.self, Password.self, List.self, Remove.self, Token.self])

    /// `--password-stdin`: the password is standard input's first line.
    struct PasswordOption: ParsableArguments {
        @Flag(name: .customLong("password-stdin"), help: "Read the password from standard input (required: none is ever an argument).")
        var isGiven = false

        func read() throws -> String {
            guard isGiven else { throw ValidationError("give the password with --password-stdin") }
            let bytes = try Terminal.readInput(limit: 4_096)
            guard let text = String(validating: bytes, as: UTF8.self) else { throw Terminal.Failure("the password is not UTF-8 text") }
            let password = String(text.prefix { $0 != "\n" && $0 != "\r\n" && $0 != "\r" })
            guard !password.isEmpty else { throw Terminal.Failure("the password on standard input is empty") }
            return password
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account.", discussion: "Roles: owner, manager, viewer, user (the proxy and My page only).")
        @OptionGroup var configuration: ConfigurationOption
        @OptionGroup var password: PasswordOption
        @Option(help: "owner, manager, viewer or user.")
        var role: Account.Role
        @Argument(help: "The account's name.")
        var name: String

        func run() async throws {
            let password = try password.read()
            _ = try await StoreAccess(configuration: try configuration.load())
                .perform("user-add", ["name": name, "role": role.rawValue, "password": password])
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "passwd", abstract: "Change an account's password.")
        @OptionGroup var configuration: ConfigurationOption
        @OptionGroup var password: PasswordOption
        @Argument(help: "The account's name.")
        var name: String

        func run() async throws {
            let password = try password.read()
            _ = try await StoreAccess(configuration: try configuration.load()).perform("user-passwd", ["name": name, "password": password])
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every account.")
        @OptionGroup var configuration: ConfigurationOption
        @Flag(help: "Write a JSON list.")
        var json = false

        func run() async throws {
            let answer = try await StoreAccess(configuration: try configuration.load()).perform("user-list")
            if json { return Terminal.say(answer) }
            let accounts = try JSONDecoder().decode([AccountLine].self, from: Data(answer.utf8))
            Terminal.say(
                Terminal.table(
                    ["NAME", "ROLE", "CREATED", "LAST SIGN-IN"], accounts.map { [$0.name, $0.role, $0.created, $0.lastSignIn ?? "never"] }))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an account, its sessions and tokens.")
        @OptionGroup var configuration: ConfigurationOption
        @Argument(help: "The account's name.")
        var name: String

        func run() async throws {
            _ = try await StoreAccess(configuration: try configuration.load()).perform("user-remove", ["name": name])
        }
    }

    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token for the API and write it to standard output; it is shown this once.")
        @OptionGroup var configuration: ConfigurationOption
        @Argument(help: "The account's name.")
        var name: String

        func run() async throws {
            Terminal.say(try await StoreAccess(configuration: try configuration.load()).perform("user-token", ["name": name]))
        }
    }
}

extension Account.Role: ExpressibleByArgument {}
