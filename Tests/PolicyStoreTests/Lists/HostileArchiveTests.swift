import Foundation
import PolicyCore
import PolicyFormats
import Testing

@testable import PolicyStore

/// SECURITY.md L1.
@Suite struct HostileArchiveTests {
    func inspect(_ path: String, _ bounds: ListBounds = ListBounds()) throws -> ListInspection {
        try ListInspector.inspect(
            ListInspectionJob(name: "l", path: path, format: .auto, match: .subdomains, fileName: "l.tar.gz", members: [""], bounds: bounds)
        )
    }

    @Test func passesOverWhatIsNoRegularFileInside() throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make(
            [
                .file("../../escape/domains", "escape.example\n"), .file("/absolute/domains", "absolute.example\n"),
                .link("bl/passwd", "/etc/passwd"), .link("bl/out", "../../../etc"), .link("bl/evil", "/tmp"),
                .file("bl/evil/domains", "throughlink.example\n"), .file("bl/good/domains", "good.example\n"),
                .hardLink("bl/hard/domains", "bl/good/domains"), .device("bl/null/domains"),
                .file("bl/good/domains", "second.example\n"), .link("bl/a", "b"), .link("bl/b", "a"),
            ], .tar, in: directory)
        let inspection = try inspect(path)
        #expect(inspection.members.map(\.name) == ["evil", "good"])
        #expect(inspection.entries == 2)
        let reasons = inspection.rejectedLines.map(\.reason)
        #expect(reasons.filter { $0 == "its path leaves the archive" }.count == 2)
        #expect(reasons.filter { $0 == "a link out of the archive" }.count == 3)
        for reason in ["a hard link", "neither a file nor a link", "stands in the archive twice: the first one counts"] {
            #expect(reasons.contains(reason))
        }
        let built = ListCompiler.build(ListCompileJob(lists: [ListCompilerTests.list(path, ["good"], .auto)], output: ""))
        #expect(try ListCompilerTests.matches("https://good.example/", built) == ["ut1/good"])
        #expect(try ListCompilerTests.matches("https://second.example/", built) == [])
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/bl"))
    }

    @Test(arguments: [TestArchive.Packing.tarGzip, .zip], ["bl/a/domains", "bl/readme", "../out"])
    func stopsAtABomb(_ packing: TestArchive.Packing, _ name: String) throws {
        let directory = try TemporaryDirectory()
        let zeros = String(repeating: "0\n", count: 4_000_000)
        let path = try TestArchive.make([.file(name, zeros), .file("bl/b/domains", "b.example\n")], packing, in: directory)
        #expect(throws: ListError("the archive unpacks to more than 1048576 bytes")) { try inspect(path) }
    }

    @Test func unpackedBytesAreBounded() throws {
        let directory = try TemporaryDirectory()
        let zeros = String(repeating: "0\n", count: 100_000)
        var bounds = ListBounds()
        bounds.unpackedBytes = 100_000
        let plain = try TestArchive.make([.file("bl/a/domains", zeros)], .tar, in: directory, name: "plain.tar")
        #expect(throws: ListError.self) { try inspect(plain, bounds) }
    }

    @Test func stopsAtTooManyMembers() throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make((0..<200).map { .file("bl/m\($0)/domains", "a.example\n") }, .tar, in: directory)
        var bounds = ListBounds()
        bounds.members = 100
        #expect(throws: ListError("the archive has more than 100 members")) { try inspect(path, bounds) }
        #expect(try inspect(path).members.count == 200)
    }

    @Test(arguments: [TestArchive.Packing.tar, .tarGzip, .zip]) func truncatedArchivesAreRefusedOrRead(_ packing: TestArchive.Packing)
        throws
    {
        let directory = try TemporaryDirectory()
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: TestArchive.make(TestArchive.ut1, packing, in: directory))))
        // Nothing may trap; a list cut in the middle must not pass for the whole one.
        for cut in stride(from: 1, to: whole.count, by: max(1, whole.count / 40)) {
            let path = try directory.write("cut", Array(whole[..<cut]))
            if let inspection = try? inspect(path) { #expect(inspection.entries <= 10) }
        }
        let half = try directory.write("half", Array(whole[..<(whole.count / 2)]))
        if packing != .tar { #expect(throws: ListError.self) { try inspect(half) } }
    }

    @Test func flippedBytesNeverTrap() throws {
        let directory = try TemporaryDirectory()
        var generator = SystemRandomNumberGenerator()
        for packing in [TestArchive.Packing.tar, .tarGzip, .zip] {
            let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: TestArchive.make(TestArchive.ut1, packing, in: directory))))
            for _ in 0..<60 {
                var bytes = whole
                for _ in 0..<8 { bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator) }
                let path = try directory.write("flipped", bytes)
                if let inspection = try? inspect(path) { #expect(inspection.entries < 1000) }
            }
        }
    }

    @Test func archivesInsideAreNotOpened() throws {
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make(
            [.file("bl/inner.tar.gz", "whatever"), .file("bl/a/domains", "a.example\n")], .tarGzip, in: directory)
        #expect(try inspect(path).members.map(\.name) == ["a"])
    }

    @Test func readsAGzipOfOneList() throws {
        let directory = try TemporaryDirectory()
        let text = try directory.write("ads.hosts", "0.0.0.0 ads.example\n0.0.0.0 b.example\n")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = [text]
        try process.run()
        process.waitUntilExit()
        let inspection = try inspect(text + ".gz")
        #expect(inspection.syntax == .hosts)
        #expect(inspection.entries == 2)
    }
}
