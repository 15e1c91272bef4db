import Foundation
import PolicyCore
import Testing

@testable import PolicyStore

@Suite struct RollbackTests {
    static let url = "https://lists.example/ads.hosts"
    static let policy = blocking("ads", declared: "ads: { source: \"\(url)\", refresh: 1h }")

    /// A store whose list went through versions that block `v1.example`, `v2.example` and so on.
    static func store(_ versions: Int, _ directory: TemporaryDirectory? = nil) async throws -> TestStore {
        let test = try await TestStore(directory)
        _ = try await test.store.save(policy, author: "a")
        for version in 1...versions { try await offer("v\(version).example", test) }
        return test
    }

    @discardableResult
    static func offer(_ host: String, _ test: TestStore) async throws -> ListStatus {
        test.fetcher.put(url, "0.0.0.0 \(host)\n0.0.0.0 always.example\n")
        return try await test.store.refresh("ads")
    }

    /// Which of the versions serve.
    static func blocked(_ test: TestStore) async throws -> [String] {
        var blocked: [String] = []
        for host in ["v1.example", "v2.example", "v3.example", "v4.example"] where try await test.verdict(host).hasPrefix("block") {
            blocked.append(host)
        }
        #expect(try await test.verdict("always.example") == "block groups.default.rules[0]")
        return blocked
    }

    @Test func goesBackAtOnceAndForwardAgain() async throws {
        let test = try await Self.store(3)
        #expect(await test.store.lists().first?.versions.map(\.role) == [.serving, .kept, .kept])
        let fetched = test.fetcher.requests.count
        let back = try await test.store.rollBack(list: "ads", author: "anna")
        #expect(try await Self.blocked(test) == ["v2.example"])
        #expect(back.state == .ready)
        #expect(back.rollback?.author == "anna")
        #expect(back.versions.first?.id != back.rollback?.from)
        #expect(try await test.store.difference(ofList: "ads")?.added == ["v2.example"])
        let forward = try await test.store.undoRollback(ofList: "ads", author: "anna")
        #expect(forward.rollback == nil)
        #expect(try await Self.blocked(test) == ["v3.example"])
        #expect(test.fetcher.requests.count == fetched)
        #expect(try test.store.accounts.auditLog(limit: 10).filter { $0.action == "list.rollback" }.count == 2)
        await #expect(throws: PolicyStoreError.nothingToDo("ads was not rolled back")) {
            try await test.store.undoRollback(ofList: "ads", author: "anna")
        }
    }

    @Test func goesToANamedVersion() async throws {
        let test = try await Self.store(3)
        let versions = try #require(await test.store.lists().first?.versions)
        _ = try await test.store.rollBack(list: "ads", to: versions[2].id, author: "anna")
        #expect(try await Self.blocked(test) == ["v1.example"])
        // From there on to the middle one is still behind the newest.
        let middle = try await test.store.rollBack(list: "ads", to: versions[1].id, author: "anna")
        #expect(try await Self.blocked(test) == ["v2.example"])
        #expect(middle.rollback?.from == versions[0].id)
        #expect(Set(middle.versions.map(\.id)) == Set(versions.map(\.id)))
        for wrong in ["ffffffffffff", "", versions[1].id] {
            await #expect(throws: PolicyStoreError.self) { try await test.store.rollBack(list: "ads", to: wrong, author: "anna") }
        }
        await #expect(throws: PolicyStoreError.noSuchList("no")) { try await test.store.rollBack(list: "no", author: "anna") }
    }

    @Test func theVersionGoneBackFromIsNotTakenAgain() async throws {
        let test = try await Self.store(2)
        _ = try await test.store.rollBack(list: "ads", author: "anna")
        // Asked with the tag of the version gone back from: the source has nothing new to say.
        _ = try await test.store.refresh("ads")
        #expect(test.fetcher.requests.last?.etag != nil)
        #expect(try await Self.blocked(test) == ["v1.example"])
        // Where the source sends it whole all the same, it is known by its hash.
        test.fetcher.forgetsTags = true
        let again = try await Self.offer("v2.example", test)
        #expect(again.state == .ready && again.rollback != nil)
        #expect(try await Self.blocked(test) == ["v1.example"])
        // Another version is taken and ends the roll-back.
        let next = try await Self.offer("v3.example", test)
        #expect(next.rollback == nil)
        #expect(try await Self.blocked(test) == ["v3.example"])
        #expect(next.versions.count == 3)
    }

    @Test func aRollBackOutlivesARestart() async throws {
        let directory = try TemporaryDirectory()
        _ = try await Self.store(2, directory).store.rollBack(list: "ads", author: "anna")
        let second = try await TestStore(directory)
        #expect(try await Self.blocked(second) == ["v1.example"])
        #expect(await second.store.lists().first?.rollback?.author == "anna")
        _ = try await second.store.undoRollback(ofList: "ads", author: "anna")
        #expect(try await Self.blocked(second) == ["v2.example"])
    }

    @Test func aLocalListGoesBackUntilItsFileChanges() async throws {
        let test = try await TestStore()
        try test.directory.write("data/lists/near.hosts", "0.0.0.0 v1.example\n0.0.0.0 always.example\n")
        _ = try await test.store.save(blocking("near", declared: "near: { source: near.hosts }"), author: "a")
        try test.directory.write("data/lists/near.hosts", "0.0.0.0 v2.example\n0.0.0.0 always.example\n")
        await test.store.reload()
        #expect(try await Self.blocked(test) == ["v2.example"])
        _ = try await test.store.rollBack(list: "near", author: "anna")
        await test.store.reload()
        _ = try await test.store.refresh("near")
        #expect(try await Self.blocked(test) == ["v1.example"])
        try test.directory.write("data/lists/near.hosts", "0.0.0.0 v3.example\n0.0.0.0 always.example\n")
        await test.store.reload()
        #expect(try await Self.blocked(test) == ["v3.example"])
    }

    @Test func aVersionWhoseFileIsGoneIsNotPromised() async throws {
        let test = try await Self.store(2)
        let folder = test.directory.path + "/data/subscriptions/ads"
        let old = try #require(await test.store.lists().first?.versions.last?.hash.prefix(16))
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix(old) {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
        await #expect(throws: PolicyStoreError.self) { try await test.store.rollBack(list: "ads", author: "anna") }
        #expect(try await Self.blocked(test) == ["v2.example"])
    }
}
