import Foundation
import PolicyCore
import Testing

@testable import PolicyStore

@Suite struct OverlapTests {
    func list(_ name: String, _ text: String, _ format: ListDeclaration.Format = .domains, in directory: TemporaryDirectory) throws
        -> ListCompileJob.List
    {
        ListCompileJob.List(
            name: name, path: try directory.write(name + ".txt", text), format: format, match: .subdomains, fileName: name + ".txt",
            members: [""], hash: "")
    }

    @Test func tellsWhatIsTheSameAndWhatIsCovered() throws {
        let directory = try TemporaryDirectory()
        let overlap = try ListOverlapper.count(
            ListOverlapJob(lists: [
                list("wide", "example.com\nads.test\nonly.wide\n", in: directory),
                list("narrow", "a.example.com\nb.example.com\nads.test\nADS.test\nexample.org\n", in: directory),
                list("exact", "0.0.0.0 x.ads.test\n0.0.0.0 ads.test\n", .hosts, in: directory),
                list("apart", "nothing.else\n", in: directory),
            ]))
        #expect(overlap.parts.map(\.entries) == [1, 2, 4, 3])
        // Nothing of a list that names exact hosts covers anything.
        #expect(
            overlap.pairs == [
                .init(first: "exact", second: "narrow", same: 1, firstCovered: 1, secondCovered: 0, share: 1),
                .init(first: "exact", second: "wide", same: 1, firstCovered: 1, secondCovered: 0, share: 1),
                .init(first: "narrow", second: "wide", same: 1, firstCovered: 2, secondCovered: 0, share: 0.75),
            ])
    }

    @Test func membersStandForThemselves() throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make(
            [
                .file("bl/a/domains", "x.example\ny.example\n"), .file("bl/a/urls", "z.example/path\n"),
                .file("bl/b/domains", "x.example\n"), .file("bl/b/urls", "z.example/path\n"), .link("bl/c", "a"),
            ], .tarGzip, in: directory)
        let job = { (members: [String]) in
            ListOverlapJob(lists: [
                ListCompileJob.List(
                    name: "ut1", path: path, format: .auto, match: .subdomains, fileName: "x", members: members, hash: "")
            ])
        }
        let expected = [
            ListOverlap.Pair(first: "ut1/b", second: "ut1/a", same: 2, firstCovered: 0, secondCovered: 0, share: 1)
        ]
        #expect(try ListOverlapper.count(job(["a", "b"])).pairs == expected)
        #expect(try ListOverlapper.count(job([""])).pairs == expected)
        #expect(try ListOverlapper.count(job(["b"])).pairs == [])
    }

    /// Against the same counted the plain way.
    @Test(arguments: 0..<20) func equalsPlainCounting(_ seed: Int) throws {
        let directory = try TemporaryDirectory()
        var generator = SystemRandomNumberGenerator()
        let labels = ["a", "b", "c"]
        var lists: [[String]] = []
        for _ in 0..<4 {
            lists.append(
                (0..<Int.random(in: 5...120, using: &generator)).map { _ in
                    let depth = Int.random(in: 1...3, using: &generator)
                    return ((0..<depth).map { _ in labels.randomElement(using: &generator) ?? "a" } + ["example"]).joined(separator: ".")
                })
        }
        let overlap = try ListOverlapper.count(
            ListOverlapJob(lists: lists.enumerated().map { try list("l\($0)", $1.joined(separator: "\n"), in: directory) }))
        let sets = lists.map { Set($0) }
        #expect(overlap.parts.map(\.entries) == sets.map(\.count))
        let covered = { (a: Set<String>, b: Set<String>) in
            a.subtracting(b).count { entry in b.contains { entry.hasSuffix("." + $0) } }
        }
        for pair in overlap.pairs {
            let (first, second) = (sets[Int(pair.first.dropFirst()) ?? 0], sets[Int(pair.second.dropFirst()) ?? 0])
            #expect(pair.same == first.intersection(second).count)
            #expect(pair.firstCovered == covered(first, second))
            #expect(pair.secondCovered == covered(second, first))
        }
        let expected = (0..<4).flatMap { a in (0..<4).filter { $0 > a }.map { (a, $0) } }.count { a, b in
            !sets[a].isDisjoint(with: sets[b]) || covered(sets[a], sets[b]) + covered(sets[b], sets[a]) > 0
        }
        #expect(overlap.pairs.count == expected)
    }

    @Test func isCountedOnceForEachSetOfVersions() async throws {
        let test = try await TestStore()
        try test.directory.write("data/lists/a.hosts", "0.0.0.0 x.example\n0.0.0.0 y.example\n")
        try test.directory.write("data/lists/b.hosts", "0.0.0.0 x.example\n")
        _ = try await test.store.save(blocking("a, b", declared: "a: { source: a.hosts }\n  b: { source: b.hosts }"), author: "a")
        #expect(try await test.store.overlap().pairs.map(\.same) == [1])
        #expect(try await test.store.overlapIfCounted()?.pairs.first?.first == "b")
        try test.directory.write("data/lists/b.hosts", "0.0.0.0 z.example\n")
        await test.store.reload()
        #expect(try await test.store.overlap().pairs == [])
        let broken = try await TestStore(compiler: NoCompiler())
        await #expect(throws: ListError.self) { try await broken.store.overlap() }
        await #expect(throws: ListError.self) { try await broken.store.overlapIfCounted() }
    }
}
