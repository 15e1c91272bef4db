import Foundation
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
        try directory.write("lists/more/two", "two.example\n.include<__LISTDIR__/more/three>\n")
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
            decoding: try #require(try IncludedFiles.expanded(directory.path + "/lists/main", bounds: ListBounds())), as: UTF8.self)
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
        let text = String(decoding: try #require(try IncludedFiles.expanded(directory.path + "/l/0", bounds: ListBounds())), as: UTF8.self)
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
        #expect(try await test.store.rejectedLines("it").map(\.line) == [3, 4, 5, 6, 7, 8])
        try directory.write("lists/more/three", "changed.example\n")
        _ = await test.store.reload()
        #expect(try await test.verdict("changed.example") == "block groups.default.rules[0]")
    }
}
