import Foundation
import PolicyCore
import PolicyFormats
import Synchronization
import Testing

@testable import PolicyStore

@Suite struct SubscriptionTests {
    static let url = "https://lists.example/ads.hosts"
    static let policy = blocking("ads", declared: "ads: { source: \"\(url)\", refresh: 1h }")

    static func hosts(_ count: Int, prefix: String = "h") -> String {
        (0..<count).map { "0.0.0.0 \(prefix)\($0).ads.example\n" }.joined()
    }

    @Test func aListIsMissingUntilItsFirstVersionIsIn() async throws {
        let test = try await TestStore()
        _ = try await test.store.save(Self.policy, author: "a")
        #expect(await test.store.status().missingLists == ["ads"])
        #expect(try await test.verdict("ads.test") == "allow groups.default.default")
        let failed = try await test.store.refresh("ads")
        #expect(failed.state == .failed)
        #expect(failed.error?.contains("404") == true)
        test.fetcher.put(Self.url, "0.0.0.0 ads.test\n0.0.0.0 10.0.0.0/33/x\n")
        let status = try await test.store.refresh("ads")
        #expect(status.state == .ready)
        #expect(status.format == "hosts")
        #expect(status.entries == 1)
        #expect(status.rejected == 1)
        #expect(try await test.store.rejectedLines("ads").map(\.line) == [2])
        #expect(await test.store.status().missingLists == [])
        #expect(try await test.verdict("ads.test") == "block groups.default.rules[0]")
        #expect(try await test.verdict("www.ads.test") == "allow groups.default.default")
    }

    @Test func suspiciousExpressionsAreInTheStatus() async throws {
        let test = try await TestStore()
        test.fetcher.put(Self.url, "casino\n(a+)+$\n^https://x\n")
        _ = try await test.store.save(
            blocking("ads", declared: "ads: { source: \"\(Self.url)\", format: expressions }"), author: "a")
        let status = try await test.store.refresh("ads")
        #expect(status.state == .ready)
        #expect(status.entries == 3)
        #expect(status.warnings.count == 2)
        #expect(status.warnings.first?.hasPrefix("line 2: the expression backtracks") == true)
        #expect(status.warnings.last?.hasPrefix("line 3: the expression can never match") == true)
    }

    @Test func aRequiredListThatIsMissingIsTold() async throws {
        let test = try await TestStore()
        _ = try await test.store.save(
            blocking("ads", declared: "ads: { source: \"\(Self.url)\", required: on }"), author: "a")
        #expect(await test.store.lists().first?.required == true)
        #expect(await test.store.status().missingLists == ["ads"])
    }

    @Test func fetchesConditionallyAndWhenDue() async throws {
        let test = try await TestStore()
        test.fetcher.put(Self.url, Self.hosts(5))
        _ = try await test.store.save(Self.policy, author: "a")
        let runner = Task { await test.store.run() }
        defer { runner.cancel() }
        try await eventually { await test.store.lists().first?.state == .ready }
        let generation = await test.store.snapshot.generation
        test.clock.advance(seconds: 3601)
        try await eventually { test.fetcher.requests.count == 2 }
        #expect(test.fetcher.requests.last?.etag != nil)
        try await eventually { await test.store.lists().first?.state == .ready }
        #expect(await test.store.snapshot.generation == generation)
    }

    /// SECURITY.md L2: the list before stays in force.
    static let bad: [(String, [UInt8])] = [
        ("a web page", Array("<!DOCTYPE html><html><body>Not found</body></html>".utf8)), ("empty", []),
        ("comments only", Array("# moved\n".utf8)),
        ("UTF-16", [0xff, 0xfe] + Self.hosts(300).utf8.flatMap { [$0, 0] }), ("90 % smaller", Array(Self.hosts(20).utf8)),
        ("everything", Array(".*\n".utf8)), ("a line of a mebibyte", [UInt8](repeating: 0x61, count: 1 << 20)),
        ("not UTF-8", [0xc3, 0x28, 0x0a, 0xa0, 0xa1, 0x0a, 0xe2, 0x28, 0xa1, 0x0a]),
        ("packed with xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2]), ("a damaged gzip", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4]),
    ]

    @Test(arguments: bad) func aBadVersionDoesNotServe(_ what: String, _ bytes: [UInt8]) async throws {
        let test = try await TestStore()
        test.fetcher.put(Self.url, Self.hosts(300))
        _ = try await test.store.save(Self.policy, author: "a")
        _ = try await test.store.refresh("ads")
        #expect(try await test.verdict("h299.ads.example") == "block groups.default.rules[0]")
        test.fetcher.put(Self.url, bytes)
        let status = try await test.store.refresh("ads")
        #expect(status.state == .failed || status.state == .held)
        #expect(status.error != nil)
        #expect(status.entries == 300)
        #expect(try await test.verdict("h299.ads.example") == "block groups.default.rules[0]")
        #expect(try await test.verdict("www.wikipedia.org") == "allow groups.default.default")
    }

    @Test func aHeldVersionServesOnceConfirmed() async throws {
        let test = try await TestStore()
        test.fetcher.put(Self.url, Self.hosts(300))
        _ = try await test.store.save(Self.policy, author: "a")
        _ = try await test.store.refresh("ads")
        test.fetcher.put(Self.url, Self.hosts(20))
        let held = try await test.store.refresh("ads")
        #expect(held.state == .held)
        #expect(held.error == "it shrank from 300 to 20 entries")
        let confirmed = try await test.store.confirm("ads", author: "anna")
        #expect(confirmed.state == .ready)
        #expect(confirmed.entries == 20)
        #expect(try await test.verdict("h299.ads.example") == "allow groups.default.default")
        await #expect(throws: PolicyStoreError.nothingToDo("no version of ads is held")) {
            try await test.store.confirm("ads", author: "anna")
        }
    }

    @Test func tellsWhatAVersionChanges() async throws {
        let test = try await TestStore()
        test.fetcher.put(Self.url, Self.hosts(300))
        _ = try await test.store.save(Self.policy, author: "a")
        _ = try await test.store.refresh("ads")
        #expect(try await test.store.difference(ofList: "ads") == nil)
        test.fetcher.put(Self.url, Self.hosts(299) + "0.0.0.0 new.example\n")
        _ = try await test.store.refresh("ads")
        let changed = ListComparison(addedCount: 1, removedCount: 1, added: ["new.example"], removed: ["h299.ads.example"])
        #expect(try await test.store.difference(ofList: "ads") == changed)
        test.fetcher.put(Self.url, Self.hosts(10))
        #expect(try await test.store.refresh("ads").state == .held)
        let held = try await test.store.difference(ofList: "ads")
        #expect(held?.addedCount == 0)
        #expect(held?.removedCount == 290)
        _ = try await test.store.dismiss("ads", author: "anna")
        #expect(try await test.store.difference(ofList: "ads") == changed)
    }

    @Test func anotherFormatNeedsNoFetch() async throws {
        let test = try await TestStore()
        test.fetcher.put(Self.url, "ads.example\n")
        _ = try await test.store.save(blocking("ads", declared: "ads: { source: \"\(Self.url)\", format: domains }"), author: "a")
        _ = try await test.store.refresh("ads")
        #expect(try await test.verdict("www.ads.example") == "block groups.default.rules[0]")
        let exact = blocking("ads", declared: "ads: { source: \"\(Self.url)\", format: domains, match: exact }")
        _ = try await test.store.save(exact, author: "a")
        #expect(try await test.verdict("www.ads.example") == "allow groups.default.default")
        #expect(try await test.verdict("ads.example") == "block groups.default.rules[0]")
        #expect(test.fetcher.requests.count == 1)
    }

    @Test func serversThatAskForItAreLeftAloneByDay() {
        let noon = Instant(milliseconds: 1_780_000_000_000 / 86_400_000 * 86_400_000 + 12 * 3_600_000)
        let night = Instant(milliseconds: noon.milliseconds + 10 * 3_600_000)
        #expect(CourtesyHours.ask("https://dsi.ut-capitole.fr/blacklists/download/blacklists.tar.gz", toWaitAt: noon))
        #expect(!CourtesyHours.ask("https://dsi.ut-capitole.fr/blacklists/download/blacklists.tar.gz", toWaitAt: night))
        #expect(!CourtesyHours.ask("https://lists.example/ut-capitole.fr", toWaitAt: noon))
    }

    @Test func anExpressionThatMatchesHalfTheWebIsHeld() async throws {
        let test = try await TestStore()
        let directory = try TemporaryDirectory()
        let path = try TestArchive.make([.file("bl/x/expressions", ".*\n"), .file("bl/y/domains", "com\norg\n")], .tarGzip, in: directory)
        let url = "https://lists.example/bl.tar.gz"
        test.fetcher.put(url, try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        _ = try await test.store.save(blocking("ut1/x", declared: "ut1: { source: \"\(url)\", format: ut1 }"), author: "a")
        let status = try await test.store.refresh("ut1")
        #expect(status.state == .held)
        #expect(status.isServing == false)
        #expect(try await test.verdict("www.wikipedia.org") == "allow groups.default.default")
    }

    @Test func aCategoryAddedNeedsNoFetch() async throws {
        let test = try await TestStore()
        let directory = try TemporaryDirectory()
        let url = "https://lists.example/ut1.tar.gz"
        let archive = try TestArchive.make(TestArchive.ut1, .tarGzip, in: directory)
        test.fetcher.put(url, try [UInt8](Data(contentsOf: URL(fileURLWithPath: archive))))
        let declared = "ut1: { source: \"\(url)\", format: ut1 }"
        _ = try await test.store.save(blocking("ut1/gambling", declared: declared), author: "a")
        _ = try await test.store.refresh("ut1")
        #expect(try await test.verdict("casino.example") == "block groups.default.rules[0]")
        #expect(try await test.verdict("banner.example") == "allow groups.default.default")
        _ = try await test.store.save(blocking("ut1/gambling, ut1/ads", declared: declared), author: "a")
        #expect(try await test.verdict("banner.example") == "block groups.default.rules[0]")
        #expect(test.fetcher.requests.count == 1)
        #expect(
            try await test.store.find("x.casino.example") == [
                ListHit(list: "ut1/gambling", entry: "casino.example", line: 2, categories: ["listed"])
            ])
    }

    @Test func versionsServeAfterARestart() async throws {
        let directory = try TemporaryDirectory()
        let first = try await TestStore(directory)
        first.fetcher.put(Self.url, Self.hosts(5))
        _ = try await first.store.save(Self.policy, author: "a")
        _ = try await first.store.refresh("ads")
        let second = try await TestStore(directory, compiler: NoCompiler())
        #expect(try await second.verdict("h4.ads.example") == "block groups.default.rules[0]")
        #expect(await second.store.lists().first?.state == .ready)
        #expect(second.fetcher.requests.isEmpty)
    }

    @Test(arguments: [0, 40, -1]) func aDamagedImageIsMadeAnew(_ place: Int) async throws {
        let directory = try TemporaryDirectory()
        let first = try await TestStore(directory)
        first.fetcher.put(Self.url, Self.hosts(5))
        _ = try await first.store.save(Self.policy, author: "a")
        _ = try await first.store.refresh("ads")
        let folder = directory.path + "/data/compiled"
        let image = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".image") })
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + "/" + image)))
        if place < 0 { bytes.removeLast(bytes.count / 2) } else { bytes[place] ^= 0xff }
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + image), options: .atomic)
        let second = try await TestStore(directory)
        #expect(try await second.verdict("h4.ads.example") == "block groups.default.rules[0]")
        #expect(await second.store.status().errors == [])
    }

    @Test func aVersionDamagedOnDiskCostsItsOwnListOnly() async throws {
        let directory = try TemporaryDirectory()
        let first = try await TestStore(directory)
        first.fetcher.put(Self.url, Self.hosts(5))
        try directory.write("data/lists/near.hosts", "0.0.0.0 near.example\n")
        _ = try await first.store.save(
            blocking("ads, near", declared: "ads: { source: \"\(Self.url)\" }\n  near: { source: near.hosts }"), author: "a")
        _ = try await first.store.refresh("ads")
        #expect(try await first.verdict("h4.ads.example") == "block groups.default.rules[0]")
        let folder = directory.path + "/data/subscriptions/ads"
        let version = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        try Data([0x1f, 0x8b, 8, 0, 0, 0]).write(to: URL(fileURLWithPath: folder + "/" + version))
        for compiled in ["compiled", "compiled-runs"] { try FileManager.default.removeItem(atPath: "\(directory.path)/data/\(compiled)") }
        let second = try await TestStore(directory, fetcher: first.fetcher)
        #expect(try await second.verdict("near.example") == "block groups.default.rules[0]")
        #expect(await second.store.status().missingLists == ["ads"])
        #expect(await second.store.lists().first?.error != nil)
        _ = try await second.store.refresh("ads")
        #expect(try await second.verdict("h4.ads.example") == "block groups.default.rules[0]")
    }

    @Test func anImageThatCouldNotBeMadeIsTriedAgain() async throws {
        let compiler = FlakyCompiler()
        let test = try await TestStore(compiler: compiler)
        test.fetcher.put(Self.url, Self.hosts(5))
        _ = try await test.store.save(Self.policy, author: "a")
        compiler.fails(true)
        _ = try await test.store.refresh("ads")
        #expect(await test.store.status().errors.first?.contains("signal 9") == true)
        #expect(await test.store.status().missingLists == ["ads"])
        compiler.fails(false)
        test.clock.advance(seconds: 61)
        let runner = Task { await test.store.run() }
        defer { runner.cancel() }
        try await eventually { await test.store.status().missingLists.isEmpty }
        #expect(try await test.verdict("h4.ads.example") == "block groups.default.rules[0]")
        #expect(await test.store.status().errors.isEmpty)
    }

    @Test func versionsNobodyNeedsAreRemoved() async throws {
        let test = try await TestStore()
        _ = try await test.store.save(Self.policy, author: "a")
        let folder = test.directory.path + "/data/subscriptions/ads"
        for count in 300..<305 {
            test.fetcher.put(Self.url, Self.hosts(count))
            _ = try await test.store.refresh("ads")
        }
        // The one that serves and the two before.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.directory.path + "/data/compiled").count == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.directory.path + "/data/incoming").isEmpty)
        _ = try await test.store.save(PolicyStoreTests.policy("allow"), author: "a")
        #expect(FileManager.default.fileExists(atPath: folder))
        test.clock.advance(seconds: 8 * 86_400)
        _ = try await test.store.save(PolicyStoreTests.policy("block"), author: "a")
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func aCompilerThatFailsLeavesWhatServes() async throws {
        let directory = try TemporaryDirectory()
        let first = try await TestStore(directory)
        first.fetcher.put(Self.url, Self.hosts(5))
        _ = try await first.store.save(Self.policy, author: "a")
        _ = try await first.store.refresh("ads")
        let second = try await TestStore(directory, fetcher: first.fetcher, compiler: NoCompiler())
        first.fetcher.put(Self.url, Self.hosts(6))
        let status = try await second.store.refresh("ads")
        #expect(status.state == .failed)
        #expect(try await second.verdict("h4.ads.example") == "block groups.default.rules[0]")
    }

    @Test func uploadsServeAtOnce() async throws {
        let test = try await TestStore()
        _ = try await test.store.save(
            "weir: 1\ngroups: { default: { rules: [ { block: [mine] } ], default: allow } }\ncategories: { mine: { sites: [own.example] } }\n",
            author: "a")
        _ = try await test.store.upload("my-ads", Array("*.ads.example\n".utf8), category: "mine", author: "anna")
        #expect(try await test.verdict("x.ads.example") == "block groups.default.rules[0]")
        _ = try await test.store.upload("my-ads", Array("*.other.example\n".utf8), author: "anna")
        #expect(try await test.verdict("x.ads.example") == "allow groups.default.default")
        #expect(try await test.verdict("other.example") == "block groups.default.rules[0]")
        await #expect(throws: PolicyStoreError.self) { try await test.store.upload("../x", [], author: "anna") }
    }

    /// SECURITY.md L3: a list that names its checksum takes no other file; one that came before the checksum was named neither.
    @Test func aChecksumIsHeldTo() async throws {
        let test = try await TestStore()
        let (first, second) = (Array("one.example\n".utf8), Array("two.example\n".utf8))
        func policy(_ checksum: String) -> String {
            "weir: 1\ngroups: { default: { rules: [ { block: [c] } ], default: allow } }\nlists: { it: { source: \"http://lists.example/a\", "
                + "format: domains\(checksum) } }\ncategories: { c: { lists: [it] } }\n"
        }
        test.fetcher.put("http://lists.example/a", first)
        let pin = ", sha256: \(Secret.digest("one.example\n"))"
        _ = try await test.store.save(policy(pin), author: "a")
        var status = try await test.store.refresh("it")
        #expect(status.state == .ready && !status.warnings.contains { $0.contains("encryption") })
        test.fetcher.put("http://lists.example/a", second)
        status = try await test.store.refresh("it")
        #expect(status.state == .failed && status.error?.contains("SHA-256") == true)
        #expect(try await test.verdict("one.example") == "block groups.default.rules[0]")
        #expect(try await test.verdict("two.example") == "allow groups.default.default")
        #expect(test.fetcher.requests.allSatisfy(\.isHeldToChecksum) && !test.fetcher.requests.isEmpty)
        _ = try await test.store.save(policy(""), author: "a")
        status = try await test.store.refresh("it")
        #expect(status.warnings.contains { $0.contains("encryption") })
        #expect(test.fetcher.requests.last?.isHeldToChecksum == false)
        #expect(try await test.verdict("two.example") == "block groups.default.rules[0]")
        _ = try await test.store.save(policy(pin), author: "a")
        #expect(try await test.verdict("two.example") == "allow groups.default.default")
        #expect(test.store.check(policy(", sha256: 12")).contains { $0.message.contains("64 hexadecimal digits") })
    }

    /// A list that is there already is read anew, whether or not the policy's text changes with it, and keeps what the policy says of it.
    @Test(arguments: [nil, "mine", "more"] as [String?], [ListDeclaration.Format.auto, .domains, .hosts])
    func anUploadIntoAListServesAtOnce(_ category: String?, _ format: ListDeclaration.Format) async throws {
        let test = try await TestStore()
        _ = try await test.store.save(
            """
            weir: 1
            groups: { default: { rules: [ { block: [mine] } ], default: allow } }
            lists: { my-ads: { source: my-ads.list, format: domains, match: exact } }
            categories: { mine: { lists: [my-ads] } }

            """, author: "a")
        _ = try await test.store.upload("my-ads", Array("one.example\n".utf8), author: "anna")
        #expect(try await test.verdict("one.example") == "block groups.default.rules[0]")
        let text = format == .hosts ? "0.0.0.0 two.example\n" : "two.example\n"
        _ = try await test.store.upload("my-ads", Array(text.utf8), format: format, category: category, author: "anna")
        #expect(try await test.verdict("one.example") == "allow groups.default.default")
        #expect(try await test.verdict("two.example") == "block groups.default.rules[0]")
        #expect(try await test.verdict("www.two.example") == "allow groups.default.default")
        #expect(await test.store.text.contains("match: exact") == (format != .hosts))
    }

    /// SECURITY.md L3: a policy of the database reads no file outside `lists/`.
    @Test func pathsStayInside() async throws {
        let test = try await TestStore()
        try test.directory.write("outside.hosts", "0.0.0.0 outside.example\n")
        try FileManager.default.createSymbolicLink(
            atPath: test.directory.path + "/data/lists/link.hosts", withDestinationPath: test.directory.path + "/outside.hosts")
        try test.directory.write("data/lists/inside.hosts", "0.0.0.0 inside.example\n")
        for source in ["../../outside.hosts", "link.hosts", "/etc/hosts", "../policy.sqlite"] {
            _ = try await test.store.save(blocking("ads", declared: "ads: { source: \"\(source)\", format: hosts }"), author: "a")
            let status = try #require(await test.store.lists().first)
            #expect(status.isServing == false, "\(source)")
            #expect(status.error != nil)
        }
        _ = try await test.store.save(blocking("ads", declared: "ads: { source: inside.hosts, format: hosts }"), author: "a")
        #expect(try await test.verdict("inside.example") == "block groups.default.rules[0]")
    }
}

/// Can neither inspect nor compile.
struct NoCompiler: ListCompiling {
    func inspect(_ job: ListInspectionJob) async throws -> ListInspection { throw ListError("the child was ended by signal 9") }
    func compile(_ job: ListCompileJob) async throws -> ListCompilation { throw ListError("the child was ended by signal 9") }
    func compare(_ job: ListComparisonJob) async throws -> ListComparison { throw ListError("the child was ended by signal 9") }
    func overlap(_ job: ListOverlapJob) async throws -> ListOverlap { throw ListError("the child was ended by signal 9") }
}

/// Compiles, and ends before it has said so: the image is there, what is in it was not told.
struct DyingCompiler: ListCompiling {
    private let inner = InProcessListCompiler()

    func inspect(_ job: ListInspectionJob) async throws -> ListInspection { try await inner.inspect(job) }

    func compile(_ job: ListCompileJob) async throws -> ListCompilation {
        _ = try await inner.compile(job)
        throw ListError("the child was ended by signal 9")
    }

    func compare(_ job: ListComparisonJob) async throws -> ListComparison { try await inner.compare(job) }
    func overlap(_ job: ListOverlapJob) async throws -> ListOverlap { try await inner.overlap(job) }
}

/// Compiles, or fails, as told.
final class FlakyCompiler: ListCompiling {
    private let failing = Mutex(false)
    private let inner = InProcessListCompiler()

    func fails(_ value: Bool) { failing.withLock { $0 = value } }

    func inspect(_ job: ListInspectionJob) async throws -> ListInspection { try await inner.inspect(job) }

    func compile(_ job: ListCompileJob) async throws -> ListCompilation {
        if failing.withLock({ $0 }) { throw ListError("the child was ended by signal 9") }
        return try await inner.compile(job)
    }

    func compare(_ job: ListComparisonJob) async throws -> ListComparison { try await inner.compare(job) }
    func overlap(_ job: ListOverlapJob) async throws -> ListOverlap { try await inner.overlap(job) }
}

/// Waits until something holds, half a minute at most.
func eventually(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<600 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    throw ListError("it never came to hold")
}
