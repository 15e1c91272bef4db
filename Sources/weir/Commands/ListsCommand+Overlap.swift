import ArgumentParser
import Foundation
import PolicyStore

extension ListsCommand {
    struct Overlap: AsyncParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

        static let configuration = CommandConfiguration(
            abstract: "What the lists in use have in common.",
            discussion: """
                Entries that stand in both of two lists, and entries that a shorter entry of the other one covers. The share is that part of \
                the first list which does nothing where the second is used as well.
                """)
        @OptionGroup var configuration: ConfigurationOption
        @Option(help: "table or json.")
        var format: Format = .table

        func run() async throws {
            let answer = try await StoreAccess(configuration: try configuration.load()).perform("lists-overlap")
            if format == .json { return Terminal.say(answer) }
            let overlap = try JSONDecoder().decode(ListOverlap.self, from: Data(answer.utf8))
            if overlap.pairs.isEmpty { return Terminal.complain("no two lists have an entry in common") }
            Terminal.say(
                Terminal.table(
                    ["FIRST", "SECOND", "IN BOTH", "FIRST COVERED", "SECOND COVERED", "SHARE"],
                    overlap.pairs.map {
                        [
                            $0.first, $0.second, "\($0.same)", "\($0.firstCovered)", "\($0.secondCovered)",
                            String(format: "%.1f %%", $0.share * 100),
                        ]
                    }))
        }
    }
}
