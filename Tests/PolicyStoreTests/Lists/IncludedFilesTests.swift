import Foundation
import PatternMatching
import PolicyCore
import PolicyFormats
import Testing

@testable import PolicyStore

@Suite struct IncludedFilesTests {
    /// A folder of e2guardian's lists, and a secret beside it.
    private static func folder() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write("secret.txt", "secret.example\n")
        try directory.write("lists/more/one", "one.example\n.Include<two>\n.Include<../main>\n")
        try directory.write("lists/more/two", "# a comment\ntwo.example\n.include<__LISTDIR__/more/three>\n")
        try directory.write("lists/more/three", "three.example\n.Include<one>\n")
        symlink("../../secret.txt", directory.path + "/lists/more/link")
        let lines = [
            "first.example", ".Include<more/one>", ".Include<../secret.txt>", ".Include<more/link>",
            ".Include<\(directory.path)/secret.txt>",
            ".Include</etc/hostname>", ".Include<more>", ".Include<none>", ".Include<\(directory.path)/lists/more/absolute>",
            "last.example",
        ]
        try directory.write("lists/more/absolute", "absolute.example\n")
        try directory.write("lists/main", lines.joined(separator: "\n"))
        return directory
    }

    @Test func filesBelowTheListAreFollowedAndNoOthers() throws {
        let directory = try Self.folder()
        let text = String(
            decoding: try #require(try IncludedFiles.expanded(directory.path + "/lists/main", bounds: ListBounds())).text, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "first.example" && lines[9] == "last.example" && lines[1] == "#.Include<more/one>")
        for number in 2...7 { #expect(lines[number].hasPrefix(".Include<"), "\(lines[number])") }
        #expect(["one", "two", "three", "absolute"].allSatisfy { name in lines.filter { $0 == "\(name).example" }.count == 1 })
        #expect(!text.contains("secret.example"))
        #expect(try IncludedFiles.expanded(directory.path + "/lists/more/absolute", bounds: ListBounds()) == nil)
    }

    @Test func endlessAndLargeOnesAreBounded() throws {
        let directory = try TemporaryDirectory()
        for level in 0..<20 { try directory.write("l/\(level)", "h\(level).example\n.Include<\(level + 1)>\n") }
        try directory.write("l/20", "h20.example\n")
        let text = String(
            decoding: try #require(try IncludedFiles.expanded(directory.path + "/l/0", bounds: ListBounds())).text, as: UTF8.self)
        #expect(text.contains("h8.example") && !text.contains("h9.example"))
        var bounds = ListBounds()
        bounds.unpackedBytes = 60
        #expect(throws: ListError.self) { try IncludedFiles.expanded(directory.path + "/l/0", bounds: bounds) }
    }

    /// What the server has in force and what a policy file is explained with are the same; a change of an included file counts at a reload.
    @Test func includesCountInTheServerAndWithoutIt() async throws {
        let directory = try Self.folder()
        let policy = """
            weir: 1
            groups: { default: { rules: [ { block: [c] } ], default: allow } }
            lists: { it: { source: lists/main, format: e2guardian } }
            categories: { c: { lists: [it] } }

            """
        let file = try directory.write("policy.yaml", policy)
        let document = try #require(PolicyReader.read(policy, file: file, zones: SystemZones()).document)
        let (lists, problems) = StandaloneLists.load(document, policyFile: file)
        #expect(problems == [] && lists.index?.entryCounts == [6])
        let test = try await TestStore(directory, policyFile: file)
        for host in ["first", "last", "one", "two", "three", "absolute"] {
            #expect(try await test.verdict("\(host).example") == "block groups.default.rules[0]", "\(host)")
        }
        #expect(try await test.verdict("secret.example") == "allow groups.default.default")
        // What is told of an entry names its file and the line there, wherever the lists come from.
        let alone = try PolicySnapshot.compile(document, generation: 1, lists: lists, zones: SystemZones(), grants: [])
        for snapshot in [await test.store.snapshot, alone] {
            for (host, file, line) in [
                ("first", nil, 1), ("last", nil, 10), ("one", "more/one", 1), ("two", "more/two", 2), ("three", "more/three", 1),
                ("absolute", "more/absolute", 1),
            ] as [(String, String?, Int)] {
                let asked = Asked(url: try RequestURL("http://\(host).example/".utf8), method: "GET")
                let answer = snapshot.explain(asked, asker: Asker(), at: test.clock.now, state: PolicyLedger())
                #expect(
                    answer.evidence == Explanation.Evidence(list: "it", entry: "\(host).example", line: line, file: file), "\(host)")
            }
        }
        #expect(try await test.store.find("two.example").map { "\($0.file ?? ""):\($0.line)" } == ["more/two:2"])
        #expect(try await test.store.rejectedLines("it").map(\.line) == [3, 4, 5, 6, 7, 8])
        try directory.write("lists/more/three", "\nchanged.example\n**\n")
        _ = await test.store.reload()
        #expect(try await test.verdict("changed.example") == "block groups.default.rules[0]")
        #expect(
            try await test.store.rejectedLines("it").map { "\($0.file ?? ""):\($0.line)" }
                == [":3", ":4", ":5", ":6", ":7", ":8", "more/three:3"])
    }
}
