import Foundation
import PatternMatching
import PolicyCore
import PolicyFormats
import Testing

@testable import PolicyStore

@Suite struct RunTests {
    private static func list(_ name: String, _ path: String, hash: String, members: [String] = [""]) -> ListCompileJob.List {
        ListCompileJob.List(
            name: name, path: path, format: .auto, match: .subdomains, fileName: (path as NSString).lastPathComponent, members: members,
            hash: hash)
    }

    private static func compile(_ lists: [ListCompileJob.List], in directory: TemporaryDirectory) throws -> (
        image: [UInt8], compilation: ListCompilation
    ) {
        let output = directory.path + "/lists.image"
        let compilation = try ListCompiler.compile(ListCompileJob(lists: lists, output: output, runs: directory.path + "/runs"))
        return (try #require(FileManager.default.contents(atPath: output).map(Array.init)), compilation)
    }

    private static func kept(_ directory: TemporaryDirectory) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path + "/runs").sorted()
    }

    /// Everything a list can hold, with and without runs, the first time and from what was kept.
    @Test(arguments: [TestArchive.Packing.tar, .tarGzip, .zip]) func whatIsKeptIsWhatWasRead(_ packing: TestArchive.Packing) throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make(TestArchive.ut1, packing, in: directory)
        let members = ["", "publicite", "ads", "gambling", "hobby/games", "proxy", "nothing"]
        let rules = try directory.write(
            "rules.txt", "[Adblock]\n||adblock.example^\n@@||good.adblock.example^\n||adblock.example/path$badfilter\n")
        let lists = [Self.list("ut1", path, hash: "1", members: members), Self.list("rules", rules, hash: "2")]
        let plain = ListCompiler.build(ListCompileJob(lists: lists, output: ""))
        for round in 0..<2 {
            let built = try Self.compile(lists, in: directory)
            #expect(built.compilation.lists == plain.compilation.lists, "round \(round)")
            #expect(Set(built.compilation.sources.keys) == Set(plain.compilation.sources.keys))
            for url in [
                "http://www.banner.example/", "http://198.51.100.7/", "https://www.news.example/ads/1.gif",
                "https://any.example/a/Banner/b",
                "https://casino.example/", "https://chess.example/", "https://bank.example/", "http://adblock.example/",
                "http://good.adblock.example/", "http://none.example/",
            ] {
                #expect(try ListCompilerTests.matches(url, built) == ListCompilerTests.matches(url, plain), "\(url), round \(round)")
            }
            // The second time no text is there to be read.
            if round == 0 { for file in [path, rules] { try FileManager.default.removeItem(atPath: file) } }
        }
    }

    /// A child whose process was killed leaves to the next process what that one may be reading and writing by then.
    @Test(arguments: [(getppid(), false), (-1, true)]) func whoHasLostItsOwnerForgetsNothing(_ owner: Int32, _ staysThere: Bool) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("list.txt", "a.test\n")
        try directory.write("runs/another.run.writing", "half")
        var job = ListCompileJob(
            lists: [Self.list("x", path, hash: "1")], output: directory.path + "/lists.image", runs: directory.path + "/runs")
        job.owner = owner
        _ = try ListCompiler.compile(job)
        #expect(try Self.kept(directory).contains("another.run.writing") == staysThere)
    }

    /// Expressions that find no room are left out and told with their lines; no other entry is, the first time and from what was kept.
    @Test(arguments: [false, true]) func tooManyExpressionsCostNothingElse(_ isFirst: Bool) throws {
        let directory = try TemporaryDirectory()
        let large = try directory.write("expressions", (0..<500).map { "(?:abcdefgh\($0)){2000}\n" }.joined())
        let other = try directory.write("other.txt", "other.test\n")
        let both = [Self.list("large", large, hash: "1"), Self.list("other", other, hash: "2")]
        let lists = isFirst ? both : both.reversed()
        for round in 0..<2 {
            let built = try Self.compile(lists, in: directory)
            #expect(try !ListCompilerTests.matches("http://www.other.test/", built).isEmpty, "round \(round)")
            let told = try #require(built.compilation.lists.first { $0.name == "large" })
            #expect(told.rejected > 0 && told.entries > 0 && told.entries + told.rejected == 500, "round \(round)")
            #expect(told.rejectedLines.first?.reason == "\(EntryError.tooManyExpressions)")
            #expect(told.rejectedLines.first?.line == told.entries + 1)
            #expect(built.compilation.lists.first { $0.name == "other" }?.rejected == 0)
        }
    }

    /// A list that changes by a line is read for a stretch; another list is not read at all.
    @Test func aChangeReadsWhatChanged() throws {
        let directory = try TemporaryDirectory()
        var lines = (0..<60_000).map { "host\($0).example\($0 % 97).test" }
        let large = try directory.write("large.txt", lines.joined(separator: "\n") + "\n")
        let other = try directory.write("other.txt", "other.test\n")
        let unchanged = Self.list("other", other, hash: "o")
        _ = try Self.compile([Self.list("large", large, hash: "1"), unchanged], in: directory)
        let before = Set(try Self.kept(directory).filter { $0.hasSuffix(".run") })
        #expect(before.count > 2)
        try FileManager.default.removeItem(atPath: other)
        lines.insert("new.test", at: 30_000)
        lines[40_000] = "not a name"
        try directory.write("large.txt", lines.joined(separator: "\n") + "\n")
        let built = try Self.compile([Self.list("large", large, hash: "2"), unchanged], in: directory)
        let after = Set(try Self.kept(directory).filter { $0.hasSuffix(".run") })
        #expect(after.subtracting(before).count <= 3 && after.count <= before.count + 1)
        for (host, expected) in [
            ("new.test", ["large"]), ("host59999.example53.test", ["large"]), ("other.test", ["other"]), ("x.test", []),
        ] {
            #expect(try ListCompilerTests.matches("http://\(host)/", built) == expected)
        }
        let index = try MatchIndex(bytes: built.image)
        let source = SourceID(index: try #require(built.compilation.sources["large"]))
        #expect(try index.evidence(RequestURL("http://host59999.example53.test/"), sent: false, source: source)?.line == 60_001)
        #expect(built.compilation.lists.first?.rejectedLines.first?.line == 40_001)
        #expect(built.compilation.lists.first?.entries == 60_000 && built.compilation.lists.first?.rejected == 1)
    }

    /// Half-written, damaged and foreign files are never trusted: what they stood for is read again.
    @Test(arguments: [".run", ".json"], [0.0, 0.3, 0.9, 1.0, 2.0]) func aDamagedFileIsReadAgain(_ suffix: String, _ part: Double) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("list.txt", (0..<200).map { "h\($0).test\n" }.joined())
        let lists = [Self.list("it", path, hash: "1")]
        _ = try Self.compile(lists, in: directory)
        for name in try Self.kept(directory) where name.hasSuffix(suffix) {
            var bytes = Array(try #require(FileManager.default.contents(atPath: "\(directory.path)/runs/\(name)")))
            if part < 1 {
                bytes.removeLast(bytes.count - Int(Double(bytes.count) * part))
            } else if part == 1 {
                bytes[bytes.count / 2] ^= 1
            } else {
                bytes = Array("something else\n".utf8)
            }
            try directory.write("runs/\(name)", bytes)
        }
        try directory.write("runs/left-over.run.half", "x")
        let built = try Self.compile(lists, in: directory)
        #expect(built.compilation.lists.first?.entries == 200)
        for number in [0, 99, 199] { #expect(try ListCompilerTests.matches("http://h\(number).test/", built) == ["it"]) }
        #expect(try !Self.kept(directory).contains("left-over.run.half"))
    }

    /// Where a damaged file is and the text is gone too, the list is told as broken; nothing is made up.
    @Test func withoutTextAndRunsAListIsBroken() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("list.txt", "a.test\n")
        let lists = [Self.list("it", path, hash: "1")]
        _ = try Self.compile(lists, in: directory)
        for name in try Self.kept(directory) where name.hasSuffix(".run") { try directory.write("runs/\(name)", "") }
        try FileManager.default.removeItem(atPath: path)
        #expect(try Self.compile(lists, in: directory).compilation.lists.first?.error != nil)
    }

    @Test func theDifferenceFilesOfAMember() throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make(
            [
                .file("bl/ads/domains.diff", "+new.test\n-old.test\n-Upper.test\n+twice.test\n-twice.test\n-back.test\n+back.test\n-\n"),
                .file("bl/ads/domains", "old.test\nkept.test\nUPPER.test\nback.test\n"),
                .file("bl/ads/urls", "kept.example/path\ngone.example/path/\n"),
                .file("bl/ads/urls.diff", "-gone.example/path\n+more.example/x\n"),
                .file("bl/other/domains", "old.test\n"),
            ], .tarGzip, in: directory)
        let lists = [Self.list("bl", path, hash: "1", members: ["ads", "other"])]
        for built in [ListCompiler.build(ListCompileJob(lists: lists, output: "")), try Self.compile(lists, in: directory)] {
            for (url, expected) in [
                ("http://new.test/", ["bl/ads"]), ("http://old.test/", ["bl/other"]), ("http://kept.test/", ["bl/ads"]),
                ("http://upper.test/", []), ("http://twice.test/", []), ("http://back.test/", ["bl/ads"]),
                ("http://kept.example/path", ["bl/ads"]), ("http://gone.example/path", []), ("http://more.example/x", ["bl/ads"]),
            ] {
                #expect(try ListCompilerTests.matches(url, built) == expected, "\(url)")
            }
            #expect(built.compilation.lists.first?.rejected == 1)
        }
        let inspection = try ListInspector.inspect(
            ListInspectionJob(name: "bl", path: path, format: .auto, match: .subdomains, fileName: "x", members: ["ads"]))
        #expect(inspection.members.map(\.entries) == [5, 1] && inspection.rejected == 1)
    }

    @Test func aDifferenceFileWithoutItsFile() throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make([.file("bl/ads/domains.diff", "+new.test\n-old.test\n")], .tar, in: directory)
        let built = ListCompiler.build(ListCompileJob(lists: [Self.list("bl", path, hash: "1", members: ["ads"])], output: ""))
        #expect(try ListCompilerTests.matches("http://new.test/", built) == ["bl/ads"])
        #expect(built.compilation.lists.first?.rejectedLines.map(\.reason) == ["takes an entry out of a file that is not beside it"])
    }
}

@Suite struct TextCutterTests {
    private static func cut(_ text: [UInt8], pieces: Int) -> [[UInt8]] {
        var cutter = TextCutter()
        var stretches: [[UInt8]] = []
        for start in stride(from: 0, to: text.count, by: pieces) {
            text[start..<min(start + pieces, text.count)].withUnsafeBytes { cutter.read($0) { stretches.append(Array($0)) } }
        }
        cutter.finish { stretches.append(Array($0)) }
        return stretches
    }

    @Test(arguments: [1 << 18, 70_001]) func stretchesAreTheTextWhateverThePieces(_ pieces: Int) {
        let text = (0..<60_000).flatMap { Array("line \($0 &* 2_654_435_761) of many\r\n".utf8) }
        let stretches = Self.cut(text, pieces: pieces)
        #expect(stretches.flatMap { $0 } == text)
        #expect(stretches == Self.cut(text, pieces: 1 << 20))
        #expect(stretches.count > 3)
        for stretch in stretches.dropLast() {
            #expect(stretch.last == 0x0a && stretch.count >= TextCutter.least && stretch.count < TextCutter.most + 100)
        }
    }

    /// Lines without end cost bounded memory; those beside them are read.
    @Test func aLineWithoutEnd() {
        let text = Array("a.test\n".utf8) + [UInt8](repeating: 0x78, count: 9 << 20) + Array("\nb.test\n".utf8)
        let stretches = Self.cut(text, pieces: 1 << 18)
        let all = stretches.flatMap { $0 }
        #expect(all.count < 1 << 20)
        let lines = all.split(separator: 0x0a)
        #expect(lines.first.map { String(decoding: $0, as: UTF8.self) } == "a.test" && lines.count == 3)
        #expect(lines.last.map { String(decoding: $0, as: UTF8.self) } == "b.test")
        #expect((lines.dropFirst().first?.count ?? 0) > ListReader.longestLine)
    }
}
