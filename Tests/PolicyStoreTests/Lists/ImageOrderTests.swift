import Foundation
import PatternMatching
import PolicyCore
import Testing

@testable import PolicyStore

/// Lists are numbered in an image; documents with the same lists in another order share it, and each explains with its own names.
@Suite struct ImageOrderTests {
    private static let names = ["zoo", "ads", "mid"]

    private static func policy(_ order: [String]) -> String {
        let declared = order.map { "\($0): { source: lists/\($0).txt, format: domains }" }.joined(separator: "\n  ")
        return """
            weir: 1
            timezone: UTC
            groups: { default: { rules: [ { block: [listed] } ], default: allow } }
            lists:
              \(declared)
            categories:
              listed: { lists: [\(order.joined(separator: ", "))] }

            """
    }

    private static func folder() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        for name in names { try directory.write("lists/\(name).txt", "\(name).example\nboth.example\n") }
        return directory
    }

    private func store(_ directory: TemporaryDirectory, _ order: [String], _ compiler: any ListCompiling) async throws -> TestStore {
        try await TestStore(directory, policyFile: directory.write("policy.yaml", Self.policy(order)), compiler: compiler)
    }

    /// The evidence for the host that only one list holds, and for the one that all of them hold: the category's first.
    private func expectEvidence(_ test: TestStore, _ order: [String], _ what: String) async throws {
        let snapshot = await test.store.snapshot
        for (host, list, line) in Self.names.map({ ($0, $0, 1) }) + [("both", order[0], 2)] {
            let asked = Asked(url: try RequestURL("http://\(host).example/".utf8), method: "GET")
            let answer = snapshot.explain(asked, asker: Asker(), at: test.clock.now, state: PolicyLedger())
            #expect(answer.verdict == .block, "\(what): \(host)")
            #expect(
                answer.evidence?.list == list && answer.evidence?.line == line, "\(what): \(host) \(String(describing: answer.evidence))")
            #expect(answer.evidence?.entry == "\(host).example", "\(what)")
        }
    }

    private func images(_ directory: TemporaryDirectory) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path + "/data/compiled").filter { $0.hasSuffix(".image") }
    }

    /// In one store that reads a changed document, and in one that starts with it: nobody compiles for the second order.
    @Test(arguments: [["ads", "mid", "zoo"], ["mid", "zoo", "ads"], ["ads", "zoo", "mid"]])
    func anotherOrderOfListsIsExplainedWithItsOwnNames(_ order: [String]) async throws {
        let directory = try Self.folder()
        let first = try await store(directory, Self.names, InProcessListCompiler())
        try await expectEvidence(first, Self.names, "as written")
        let image = try images(directory)
        try directory.write("policy.yaml", Self.policy(order))
        _ = await first.store.reload()
        try await expectEvidence(first, order, "reloaded")
        try await expectEvidence(try await store(directory, order, NoCompiler()), order, "started anew")
        #expect(try images(directory) == image)
    }

    /// What is told of an image is no more trusted than the image: with two lists' numbers changed for each other it is made again.
    @Test func aDamagedNoteIsNotTrusted() async throws {
        let directory = try Self.folder()
        let first = try await store(directory, Self.names, InProcessListCompiler())
        let name = try #require(try images(directory).first).replacing(".image", with: ".json")
        let path = directory.path + "/data/compiled/" + name
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let numbers = await first.store.listSources
        let (ads, zoo) = (try #require(numbers["ads"]), try #require(numbers["zoo"]))
        let changed = text.replacing("\"ads\":\(ads)", with: "\"ads\":\(zoo)").replacing("\"zoo\":\(zoo)", with: "\"zoo\":\(ads)")
        #expect(changed != text)
        try directory.write("data/compiled/\(name)", changed)
        try await expectEvidence(try await store(directory, Self.names, InProcessListCompiler()), Self.names, "changed note")
    }

    /// A damaged image is made again for another order of lists, by a compiler that dies when it is made: what was told of the damaged one is
    /// not taken for what is in the new one.
    @Test func anImageWhoseCompilerDiedIsNotExplainedWithTheOneBefore() async throws {
        let directory = try Self.folder()
        _ = try await store(directory, Self.names, InProcessListCompiler())
        let image = try #require(try images(directory).first)
        try directory.write("data/compiled/\(image)", "not an image")
        let order = ["mid", "ads", "zoo"]
        _ = try await store(directory, order, DyingCompiler())
        try await expectEvidence(try await store(directory, order, InProcessListCompiler()), order, "after the crash")
    }
}

extension PolicyStore {
    /// The numbers of lists in the image that serves.
    fileprivate var listSources: [String: Int] { listSet.sources.mapValues(\.index) }
}
