import Foundation
import PolicyCore
import PolicyFormats
import Testing

@testable import PolicyStore

/// A stored version that is not what was stored is not trusted, whatever happened to it, and the list heals.
@Suite struct DamageTests {
    private static let url = "https://lists.example/ads.txt"
    private static let packed = "https://lists.example/ads.tar.gz"

    private static func policy(_ source: String, _ format: String = "domains") -> String {
        blocking(format == "ut1" ? "ads/x" : "ads", declared: "ads: { source: \"\(source)\", format: \(format) }")
    }

    private static func names(_ count: Int, _ prefix: String = "h") -> String { (0..<count).map { "\(prefix)\($0).test\n" }.joined() }

    /// Changes every stored version whose file begins so, and takes away all that was made of any.
    private static func damage(_ directory: TemporaryDirectory, only prefix: String = "", _ change: ([UInt8]) -> [UInt8]?) throws {
        let folder = directory.path + "/data/subscriptions/ads"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(prefix) }
        #expect(!names.isEmpty)
        for name in names {
            let bytes = try Array(#require(FileManager.default.contents(atPath: "\(folder)/\(name)")))
            if let changed = change(bytes) {
                try directory.write("data/subscriptions/ads/\(name)", changed)
            } else {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
        for compiled in ["compiled", "compiled-runs"] { try FileManager.default.removeItem(atPath: "\(directory.path)/data/\(compiled)") }
    }

    private static func oneNameChanged(_ bytes: [UInt8]) -> [UInt8]? {
        Array(String(decoding: bytes, as: UTF8.self).replacing("h7.test", with: "z7.test").utf8)
    }

    /// Which of the hosts are blocked.
    private static func blocked(_ hosts: String..., by test: TestStore) async throws -> [String] {
        var blocked: [String] = []
        for host in hosts where try await test.verdict(host).hasPrefix("block") { blocked.append(host) }
        return blocked
    }

    enum Damage: CaseIterable {
        case emptied, oneName, cut, grown, gone

        func done(to bytes: [UInt8]) -> [UInt8]? {
            switch self {
            case .emptied: []
            case .oneName: DamageTests.oneNameChanged(bytes)
            case .cut: Array(bytes.prefix(bytes.count / 2))
            case .grown: bytes + Array("more.test\n".utf8)
            case .gone: nil
            }
        }
    }

    @Test(arguments: Damage.allCases) func aDamagedVersionIsFetchedAnew(_ damage: Damage) async throws {
        let first = try await TestStore()
        first.fetcher.put(Self.url, Self.names(200))
        _ = try await first.store.save(Self.policy(Self.url), author: "a")
        _ = try await first.store.refresh("ads")
        try Self.damage(first.directory) { damage.done(to: $0) }
        let second = try await TestStore(first.directory, fetcher: first.fetcher)
        #expect(await second.store.status().missingLists == ["ads"])
        let told = try #require(await second.store.lists().first)
        #expect(told.state == .failed && !told.isServing && told.versions.isEmpty)
        #expect(told.error?.contains(damage == .gone ? "not there any more" : "the file is damaged") == true)
        #expect(told.warnings.contains { $0.hasSuffix("the list is missing until it is read again") })
        // Nothing of what was damaged is in force, and the source is asked as if nothing had ever been fetched.
        #expect(try await Self.blocked("z7.test", "h199.test", by: second) == [])
        let runner = Task { await second.store.run() }
        defer { runner.cancel() }
        try await eventually { await second.store.lists().first?.state == .ready }
        let asked = try #require(second.fetcher.requests.last)
        #expect(asked.etag == nil && asked.lastModified == nil)
        #expect(try await Self.blocked("h7.test", "z7.test", "h199.test", by: second) == ["h7.test", "h199.test"])
        let healed = try #require(await second.store.lists().first)
        #expect(healed.warnings == [] && healed.entries == 200)
    }

    /// What was read of the text is kept with checksums of its own: where that serves the text is not read.
    @Test func anImageThatFitsIsTrusted() async throws {
        let first = try await TestStore()
        first.fetcher.put(Self.url, Self.names(20))
        _ = try await first.store.save(Self.policy(Self.url), author: "a")
        _ = try await first.store.refresh("ads")
        let folder = first.directory.path + "/data/subscriptions/ads"
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        try first.directory.write("data/subscriptions/ads/\(name)", "z7.test\n")
        let second = try await TestStore(first.directory, fetcher: first.fetcher)
        #expect(try await Self.blocked("h7.test", "z7.test", by: second) == ["h7.test"])
    }

    @Test(arguments: [false, true]) func anEarlierVersionServesMeanwhileWhereItIsWhole(_ isDamagedToo: Bool) async throws {
        let first = try await TestStore()
        _ = try await first.store.save(Self.policy(Self.url), author: "a")
        for count in [200, 210] {
            first.fetcher.put(Self.url, Self.names(count))
            _ = try await first.store.refresh("ads")
        }
        let serving = try #require(await first.store.lists().first?.hash?.prefix(16))
        try Self.damage(first.directory, only: isDamagedToo ? "" : String(serving), Self.oneNameChanged)
        let second = try await TestStore(first.directory, fetcher: first.fetcher)
        #expect(try await Self.blocked("h199.test", "h209.test", "z7.test", by: second) == (isDamagedToo ? [] : ["h199.test"]))
        let told = try #require(await second.store.lists().first)
        #expect(told.state == .failed && told.isServing == !isDamagedToo && told.error?.contains("the file is damaged") == true)
        #expect(isDamagedToo || told.warnings.contains { $0.contains("serves meanwhile") })
        let status = try await second.store.refresh("ads")
        #expect(second.fetcher.requests.last?.etag == nil && second.fetcher.requests.last?.lastModified == nil)
        #expect(status.state == .ready)
        #expect(try await Self.blocked("h209.test", by: second) == ["h209.test"])
    }

    /// A packed list is held to its file's bytes, members that nobody uses among them.
    @Test func aPackedVersion() async throws {
        let first = try await TestStore()
        let path = try TestArchive.make(
            [.file("bl/x/domains", Self.names(50)), .file("bl/y/domains", "y.test\n")], .tar, in: first.directory)
        first.fetcher.put(Self.packed, try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        _ = try await first.store.save(Self.policy(Self.packed, "ut1"), author: "a")
        _ = try await first.store.refresh("ads")
        #expect(try await Self.blocked("h49.test", by: first) == ["h49.test"])
        try Self.damage(first.directory, Self.oneNameChanged)
        let second = try await TestStore(first.directory, fetcher: first.fetcher)
        #expect(await second.store.status().missingLists == ["ads"])
        #expect(try await second.store.refresh("ads").state == .ready)
        #expect(try await Self.blocked("h7.test", by: second) == ["h7.test"])
    }

    /// A local list's source is at hand: its copy is made again before anything is served.
    @Test(arguments: Damage.allCases) func aLocalListIsReadAgain(_ damage: Damage) async throws {
        let first = try await TestStore()
        try first.directory.write("data/lists/near.txt", Self.names(200))
        _ = try await first.store.save(Self.policy("near.txt"), author: "a")
        #expect(try await Self.blocked("h7.test", by: first) == ["h7.test"])
        try Self.damage(first.directory) { damage.done(to: $0) }
        let second = try await TestStore(first.directory)
        #expect(await second.store.status().missingLists == [])
        #expect(try await Self.blocked("h7.test", "z7.test", "h199.test", by: second) == ["h7.test", "h199.test"])
        let told = try #require(await second.store.lists().first)
        #expect(told.state == .ready && told.error == nil && told.warnings == [])
    }

    /// What waits for confirmation goes on waiting when the version it was compared with is lost.
    @Test(arguments: [Damage.emptied, .gone]) func aHeldVersionStaysHeld(_ damage: Damage) async throws {
        let first = try await TestStore()
        first.fetcher.put(Self.url, Self.names(300))
        _ = try await first.store.save(Self.policy(Self.url), author: "a")
        let serving = try #require(try await first.store.refresh("ads").hash?.prefix(16))
        first.fetcher.put(Self.url, Self.names(20, "k"))
        #expect(try await first.store.refresh("ads").state == .held)
        try Self.damage(first.directory, only: String(serving)) { damage.done(to: $0) }
        let second = try await TestStore(first.directory, fetcher: first.fetcher)
        for _ in 0..<2 {
            let status = try await second.store.refresh("ads")
            #expect(status.state == .held && !status.isServing && status.error == "it shrank from 300 to 20 entries")
            #expect(try await Self.blocked("k7.test", by: second) == [])
        }
        #expect(try await second.store.confirm("ads", author: "anna").state == .ready)
        #expect(try await Self.blocked("k7.test", by: second) == ["k7.test"])
    }

    /// Nobody can let a damaged version serve.
    @Test func aDamagedVersionIsNotConfirmedNorGoneBackTo() async throws {
        let test = try await TestStore()
        _ = try await test.store.save(Self.policy(Self.url), author: "a")
        for count in [300, 310] {
            test.fetcher.put(Self.url, Self.names(count))
            _ = try await test.store.refresh("ads")
        }
        test.fetcher.put(Self.url, Self.names(20))
        #expect(try await test.store.refresh("ads").state == .held)
        let serving = try #require(await test.store.lists().first?.hash?.prefix(16))
        let folder = test.directory.path + "/data/subscriptions/ads"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasPrefix(serving) {
            try test.directory.write("data/subscriptions/ads/\(name)", "evil.test\n")
        }
        await #expect(throws: PolicyStoreError.self) { try await test.store.rollBack(list: "ads", author: "anna") }
        await #expect(throws: PolicyStoreError.self) { try await test.store.confirm("ads", author: "anna") }
        #expect(try await Self.blocked("h309.test", "evil.test", by: test) == ["h309.test"])
        // The source is asked for what was held, and it is held again.
        #expect(try await test.store.refresh("ads").state == .held)
    }

    /// In another format the text is read anew: that of a damaged version is not.
    @Test func anotherFormatOfADamagedVersion() async throws {
        let test = try await TestStore()
        test.fetcher.put(Self.url, Self.names(20))
        _ = try await test.store.save(Self.policy(Self.url), author: "a")
        _ = try await test.store.refresh("ads")
        try Self.damage(test.directory, Self.oneNameChanged)
        _ = try await test.store.save(Self.policy(Self.url, "wildcard"), author: "a")
        #expect(await test.store.status().missingLists == ["ads"])
        #expect(try await Self.blocked("z7.test", by: test) == [])
        #expect(try await test.store.refresh("ads").state == .ready)
        #expect(try await Self.blocked("h7.test", by: test) == ["h7.test"])
    }

    /// `weir explain` reads a data directory's lists itself: it does not take what the server would not.
    @Test func withoutAServer() async throws {
        let test = try await TestStore()
        test.fetcher.put(Self.url, Self.names(20))
        _ = try await test.store.save(Self.policy(Self.url), author: "a")
        _ = try await test.store.refresh("ads")
        let document = await test.store.snapshot.document
        let data = test.directory.path + "/data"
        #expect(StandaloneLists.load(document, policyFile: "policy", dataDirectory: data).lists.missing == [])
        try Self.damage(test.directory, Self.oneNameChanged)
        let (lists, problems) = StandaloneLists.load(document, policyFile: "policy", dataDirectory: data)
        #expect(lists.missing == ["ads"])
        #expect(problems.first?.contains("the file is damaged") == true)
    }
}
