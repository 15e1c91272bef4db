import Foundation
import PatternMatching
import PolicyCore
import PolicyFormats
import Testing

@testable import PolicyStore

@Suite struct ListCompilerTests {
    static func list(_ path: String, _ members: [String], _ format: ListDeclaration.Format = .ut1) -> ListCompileJob.List {
        ListCompileJob.List(
            name: "ut1", path: path, format: format, match: .subdomains, fileName: (path as NSString).lastPathComponent, members: members,
            hash: "")
    }

    /// The references that match a URL, sorted.
    static func matches(_ url: String, _ built: (image: [UInt8], compilation: ListCompilation)) throws -> [String] {
        let index = try MatchIndex(bytes: built.image)
        var set = SourceSet()
        var budget = MatchBudget()
        index.match(try RequestURL(url.utf8), sent: false, into: &set, budget: &budget)
        return built.compilation.sources.filter { set.contains(SourceID(index: $0.value)) }.keys.sorted()
    }

    @Test(arguments: [TestArchive.Packing.tar, .tarGzip, .zip]) func compilesAnArchiveOfMembers(_ packing: TestArchive.Packing) throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make(TestArchive.ut1, packing, in: directory)
        let members = ["publicite", "ads", "gambling", "hobby/games", "proxy", "nothing"]
        let built = ListCompiler.build(ListCompileJob(lists: [Self.list(path, members)], output: ""))
        #expect(built.compilation.lists.first?.error == nil)
        #expect(built.compilation.lists.first?.missingMembers == ["nothing", "proxy"])
        #expect(try Self.matches("http://www.banner.example/", built) == ["ut1/ads", "ut1/publicite"])
        #expect(built.compilation.sources["ut1/ads"] == built.compilation.sources["ut1/publicite"])
        #expect(try Self.matches("http://198.51.100.7/", built) == ["ut1/ads", "ut1/publicite"])
        #expect(try Self.matches("https://www.news.example/ads/1.gif", built) == ["ut1/ads", "ut1/publicite"])
        #expect(try Self.matches("https://www.news.example/adsense", built) == [])
        #expect(try Self.matches("https://any.example/a/Banner/b", built) == ["ut1/ads", "ut1/publicite"])
        #expect(try Self.matches("https://casino.example/", built) == ["ut1/gambling"])
        #expect(try Self.matches("https://chess.example/", built) == ["ut1/hobby/games"])
        #expect(try Self.matches("https://bank.example/", built) == [])
        let rejected = try #require(built.compilation.lists.first?.rejectedLines)
        #expect(rejected == [RejectedLine(file: "gambling/domains", line: 4, reason: "not a host name", text: "not a name")])
    }

    @Test func theWholeListIsEveryMemberOnce() throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make(TestArchive.ut1, .tarGzip, in: directory)
        let built = ListCompiler.build(ListCompileJob(lists: [Self.list(path, ["", "gambling"])], output: ""))
        #expect(try Self.matches("https://casino.example/", built) == ["ut1", "ut1/gambling"])
        #expect(try Self.matches("https://bank.example/", built) == ["ut1"])
    }

    @Test func inspectsMembers() throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make(TestArchive.ut1, .tarGzip, in: directory)
        let inspection = try ListInspector.inspect(
            ListInspectionJob(name: "ut1", path: path, format: .auto, match: .subdomains, fileName: "x", members: ["gambling", "gone"]))
        let members = Dictionary(inspection.members.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        #expect(inspection.members.map(\.name) == ["ads", "bank", "betting", "gambling", "hobby/games", "publicite"])
        #expect(members["ads"]?.aliasOf == "publicite")
        #expect(members["ads"]?.entries == 6)
        #expect(members["gambling"]?.title == "Gambling")
        #expect(members["bank"]?.isAllowlist == true)
        #expect(members["gambling"]?.isAllowlist == false)
        #expect(inspection.missingMembers == ["gone"])
        #expect(inspection.entries(of: ["gambling"]) == 2)
        #expect(inspection.entries(of: ["betting", "gambling"]) == 2)
        #expect(inspection.entries == 10)
        #expect(inspection.rejectedLines.contains { $0.file == "proxy" && $0.reason == "an alias of redirector, which is not there" })
    }

    /// Expressions are looked over as a list comes in: what cannot be used is rejected, what is suspicious is told, each with its line.
    @Test func looksExpressionsOver() throws {
        let directory = try TemporaryDirectory()
        let lines = ["casino", "(", "(a+)+$", "^http://poker", ".*", String(repeating: "x", count: 5000), "two words"]
        let path = try directory.write("list", lines.joined(separator: "\n") + "\n")
        let job = ListInspectionJob(name: "x", path: path, format: .expressions, match: .subdomains, fileName: "list", members: [""])
        let inspection = try ListInspector.inspect(job)
        let warned = try #require(inspection.warnedLines)
        #expect(warned.map(\.line) == [3, 4, 5, 7])
        #expect(warned[0].reason.contains("backtracks"))
        #expect(warned[1].reason.contains("can never match"))
        #expect(warned[2].reason.contains("of 60 common sites"))
        let built = ListCompiler.build(
            ListCompileJob(
                lists: [.init(name: "x", path: path, format: .expressions, match: .subdomains, fileName: "list", members: [""], hash: "1")],
                output: ""))
        let rejected = try #require(built.compilation.lists.first?.rejectedLines)
        #expect(rejected.map(\.line) == [2, 6])
        #expect(rejected[0].reason.contains("does not compile"))
        #expect(rejected[1].reason.contains("longer than 4096 bytes"))
        #expect(built.compilation.lists.first?.entries == 5)
        // A member's are told with the member's name.
        try directory.write("ut1/gambling/expressions", "good\n^https://bad\n")
        let members = try ListInspector.inspect(
            ListInspectionJob(
                name: "u", path: directory.path + "/ut1", format: .ut1, match: .subdomains, fileName: "ut1", members: ["gambling"]))
        #expect(members.warnedLines?.map { "\($0.file ?? ""):\($0.line)" } == ["gambling/expressions:2"])
    }

    /// SECURITY.md's bound on the programs of an index, reached by lines of a list: those beyond it are rejected, the rest are in force.
    @Test func rejectsExpressionsBeyondTheBound() throws {
        let directory = try TemporaryDirectory()
        // A counted group is written out: some 30 KiB each.
        let lines = (0..<700).map { "a\($0)(?:[ab]){900}" }
        let path = try directory.write("list", lines.joined(separator: "\n") + "\n")
        let built = ListCompiler.build(
            ListCompileJob(
                lists: [.init(name: "x", path: path, format: .expressions, match: .subdomains, fileName: "list", members: [""], hash: "1")],
                output: ""))
        let list = try #require(built.compilation.lists.first)
        #expect(list.entries > 100 && list.rejected > 50 && list.entries + list.rejected == 700)
        #expect(list.rejectedLines.first?.line == list.entries + 1)
        #expect(list.rejectedLines.first?.reason == "too many expressions: compiled they take over 16 MiB")
    }

    @Test func readsADirectoryWithItsLinks() throws {
        let directory = try TemporaryDirectory()
        try directory.write("ut1/gambling/domains", "casino.example\n")
        try directory.write("elsewhere/domains", "linked.example\n")
        try directory.write("outside/secret/domains", "secret.example\n")
        let files = FileManager.default
        try files.createDirectory(atPath: directory.path + "/ut1/linked", withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: directory.path + "/ut1/linked/domains", withDestinationPath: "../../elsewhere/domains")
        try files.createSymbolicLink(atPath: directory.path + "/ut1/betting", withDestinationPath: "gambling")
        try files.createSymbolicLink(atPath: directory.path + "/ut1/secret", withDestinationPath: directory.path + "/outside/secret")
        let members = ["gambling", "betting", "linked", "secret"]
        let packed = directory.path + "/packed.tar"
        try DirectoryPacker.pack(directory.path + "/ut1", to: packed, bounds: ListBounds())
        for path in [directory.path + "/ut1", packed] {
            let built = ListCompiler.build(ListCompileJob(lists: [Self.list(path, members)], output: ""))
            #expect(built.compilation.lists.first?.error == nil)
            #expect(built.compilation.lists.first?.missingMembers == ["secret"])
            #expect(try Self.matches("https://casino.example/", built) == ["ut1/betting", "ut1/gambling"])
            #expect(try Self.matches("https://linked.example/", built) == ["ut1/linked"])
        }
    }

    @Test func aListThatCannotBeReadCostsTheOthersNothing() throws {
        let directory = try TemporaryDirectory()
        let good = try directory.write("good.hosts", "0.0.0.0 ads.example\n")
        var broken = Self.list(directory.path + "/none", [""], .hosts)
        broken.name = "broken"
        var fine = Self.list(good, [""], .hosts)
        fine.name = "fine"
        let built = ListCompiler.build(ListCompileJob(lists: [broken, fine], output: ""))
        #expect(built.compilation.lists.map { $0.error == nil } == [false, true])
        #expect(try Self.matches("https://ads.example/", built) == ["fine"])
    }

    @Test func aJobGoesThroughFiles() throws {
        let directory = try TemporaryDirectory()
        let list = try directory.write("ads.hosts", "0.0.0.0 ads.example\n0.0.0.0 bad/name\n")
        let job = ListJob.compile(ListCompileJob(lists: [Self.list(list, [""], .hosts)], output: directory.path + "/image"))
        let jobFile = try directory.write("job.json", Array(JSONEncoder().encode(job)))
        try ListJob.perform(jobFile: jobFile, resultFile: directory.path + "/result.json")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.path + "/result.json"))
        guard case .compiled(let compilation) = try JSONDecoder().decode(ListJobResult.self, from: bytes) else {
            Issue.record("not compiled")
            return
        }
        #expect(compilation.lists.first?.entries == 1)
        #expect(compilation.lists.first?.rejected == 1)
        #expect(try MatchIndex.mapped(directory.path + "/image").sources == ["ut1"])
    }
}
