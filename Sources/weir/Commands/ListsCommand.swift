public import ArgumentParser
import Foundation
public import PolicyCore
import PolicyStore

struct ListsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lists", abstract: "Subscriptions: import, update, status, diff, rollback, overlap, compile.",
        subcommands: [Import.self, Update.self, Status.self, Diff.self, Rollback.self, Overlap.self, Compile.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Subscribe to a list.",
            discussion: """
                The source is an address, or a path inside lists/ of the data directory; a file elsewhere is copied there. Ends with 1 where it \
                cannot be used: it stays subscribed, and is asked for again as any other.
                """)
        @OptionGroup var configuration: ConfigurationOption
        @Option(
            help: """
                auto, ut1, squidguard, hosts, domains, wildcard, adblock, dnsmasq, unbound, rpz, dstdomain, e2guardian, privoxy,
                urls, expressions or posix-expressions.
                """
        )
        var format: ListDeclaration.Format = .auto
        @Option(help: "A category that is to take the list's entries; made where there is none.")
        var category: String?
        @Flag(help: "Write the list's state as JSON.")
        var json = false
        @Argument(help: "The list's name.")
        var name: String
        @Argument(help: "Where it comes from.")
        var source: String

        func run() async throws {
            let settings = try configuration.load()
            let local = settings.policy == nil ? try LocalList(source: source, name: name, data: settings.data) : nil
            var arguments = ["name": name, "source": local?.source ?? source, "format": format.rawValue]
            arguments["category"] = category
            let answer: String
            do {
                answer = try await StoreAccess(configuration: settings).perform("lists-import", arguments)
            } catch {
                local?.remove()
                throw error
            }
            try showFetched(answer, json: json)
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch a list, or all of them, now.",
            discussion: "Ends with 1 where one of them failed; what served before serves on.")
        @OptionGroup var configuration: ConfigurationOption
        @Flag(help: "Write the lists' state as JSON.")
        var json = false
        @Argument(help: "The list's name.")
        var name: String?

        func run() async throws {
            var arguments: [String: String] = [:]
            arguments["name"] = name
            let answer = try await StoreAccess(configuration: try configuration.load()).perform("lists-update", arguments)
            try showFetched(answer, json: json)
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every list: its state, entries, refused lines, hits of the last thirty days, errors.")
        @OptionGroup var configuration: ConfigurationOption
        @Flag(help: "Write a JSON list.")
        var json = false

        func run() async throws {
            let settings = try configuration.load()
            let answer = try await StoreAccess(configuration: settings).perform("lists-status")
            let lists = ListHits.read(settings).added(to: try JSONDecoder().decode([ListAnswer].self, from: Data(answer.utf8)))
            try show(try JSON.text(lists), json: json)
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What the last new version of a list added and removed.",
            discussion: """
                Where a version waits for confirmation: what it would add and remove. At most 500 entries of each kind are named; all are counted.
                """)
        @OptionGroup var configuration: ConfigurationOption
        @Flag(help: "Write a JSON object.")
        var json = false
        @Argument(help: "The list's name.")
        var name: String

        func run() async throws {
            let answer = try await StoreAccess(configuration: try configuration.load()).perform("lists-diff", ["name": name])
            if json { return Terminal.say(answer) }
            let difference = try JSONDecoder().decode(ListDifference.self, from: Data(answer.utf8))
            for line in difference.lines { Terminal.say(LineLogHandler.plain(line)) }
        }
    }

    struct Compile: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read and compile lists as a job file says, and write the result: what a server has its child do.")
        @Argument(help: "The job, JSON.")
        var job: String
        @Argument(help: "Where the result goes, JSON.")
        var result: String

        func run() throws { try ListJob.perform(jobFile: job, resultFile: result) }
    }

    /// Shows lists that have just been asked for, and tells on standard error which of them failed, and why.
    /// - Throws: exit code 1 where one did.
    fileprivate static func showFetched(_ answer: String, json: Bool) throws {
        try show(answer, json: json)
        let lists = try JSONDecoder().decode([ListAnswer].self, from: Data(answer.utf8))
        let failed = lists.filter { $0.state == ListStatus.State.failed.rawValue }
        for list in failed { Terminal.complain(LineLogHandler.plain("list \(list.name): \(list.error ?? "failed")")) }
        if !failed.isEmpty { throw ExitCode(1) }
    }

    static func show(_ answer: String, json: Bool) throws {
        if json { return Terminal.say(answer) }
        let lists = try JSONDecoder().decode([ListAnswer].self, from: Data(answer.utf8))
        if lists.isEmpty { return Terminal.complain("the policy has no lists") }
        let table = Terminal.table(
            ["NAME", "STATE", "ENTRIES", "REFUSED", "HITS", "LAST HIT", "LAST SUCCESS", "ERROR"],
            lists.map {
                [
                    $0.name, state(of: $0), "\($0.entries)", "\($0.rejected)", $0.hits.map { "\($0.visits)" } ?? "", $0.hits?.last ?? "",
                    $0.lastSuccess ?? "never", LineLogHandler.plain($0.error ?? ""),
                ]
            })
        for (index, line) in table.split(separator: "\n").enumerated() {
            let isAlarming = index > 0 && index <= lists.count && !lists[index - 1].serving
            Terminal.say(isAlarming ? Terminal.alarming(String(line)) : String(line))
        }
    }

    private static func state(of list: ListAnswer) -> String {
        if !list.serving, list.state != ListStatus.State.missing.rawValue { return "missing, \(list.state)" }
        return list.rollback == nil ? list.state : list.state + ", rolled back"
    }
}

private func show(_ answer: String, json: Bool) throws { try ListsCommand.show(answer, json: json) }
private func showFetched(_ answer: String, json: Bool) throws { try ListsCommand.showFetched(answer, json: json) }

extension ListDeclaration.Format: ExpressibleByArgument {}
