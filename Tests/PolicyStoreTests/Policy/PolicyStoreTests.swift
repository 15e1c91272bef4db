import Foundation
import GRDB
import PolicyCore
import PolicyFormats
import Testing

@testable import PolicyStore

@Suite struct PolicyStoreTests {
    static func policy(_ verdict: String) -> String { "weir: 1\n# a note\ngroups:\n  default: { default: \(verdict) }\n" }

    @Test func aDatabaseWithoutAPolicyAllowsNothing() async throws {
        let test = try await TestStore()
        #expect(try await test.verdict("a.example") == "block groups.default.default")
        #expect(try await test.store.history().isEmpty)
        #expect(await test.store.status().source == .database(revision: nil))
    }

    @Test func everySaveIsARevision() async throws {
        let test = try await TestStore()
        let first = try await test.store.save(Self.policy("allow"), author: "anna", note: "begin")
        test.clock.advance(seconds: 60)
        let second = try await test.store.save(Self.policy("block"), author: "ben")
        #expect([first.number, second.number] == [1, 2])
        #expect(try await test.verdict("a.example") == "block groups.default.default")
        #expect(try await test.store.history().map(\.author) == ["ben", "anna"])
        #expect(try await test.store.revision(1).text == Self.policy("allow"))
        let changed = try await test.store.difference(1, 2).filter { $0.kind != .same }
        #expect(changed.map(\.kind) == [.removed, .added])
        #expect(changed.map { $0.old ?? $0.new } == [4, 4])
        let back = try await test.store.revert(to: 1, author: "anna")
        #expect(back.number == 3)
        #expect(back.note == "back to revision 1")
        #expect(try await test.verdict("a.example") == "allow groups.default.default")
        #expect(try test.store.accounts.auditLog().map(\.action).filter { $0 == "policy.save" }.count == 3)
    }

    @Test func aBrokenTextChangesNothing() async throws {
        let test = try await TestStore()
        _ = try await test.store.save(Self.policy("allow"), author: "anna")
        let generation = await test.store.snapshot.generation
        do {
            _ = try await test.store.save("weir: 1\ngroups:\n  default: { defualt: allow }\n", author: "anna")
            Issue.record("it was saved")
        } catch PolicyStoreError.badPolicy(let diagnostics) {
            #expect(diagnostics.first?.line == 3)
            #expect(diagnostics.first?.message.contains("default") == true)
        }
        #expect(await test.store.snapshot.generation == generation)
        #expect(try await test.store.history().count == 1)
        #expect(!test.store.check("weir: 2").isEmpty)
    }

    @Test func twoAuthorsDoNotOverwriteEachOther() async throws {
        let test = try await TestStore()
        let base = try await test.store.save(Self.policy("allow"), author: "anna")
        _ = try await test.store.save(Self.policy("block"), author: "ben", basedOn: base.number)
        await #expect(throws: PolicyStoreError.badValue("revision 2 was saved meanwhile: nothing was changed")) {
            try await test.store.save(Self.policy("allow"), author: "anna", basedOn: base.number)
        }
    }

    @Test func editsKeepTheRest() async throws {
        let test = try await TestStore()
        let text =
            "weir: 1   # version\ngroups:\n  default:\n    rules: [ { block: [mine] } ]\n    default: allow\ncategories:\n  mine: { sites: [a.example] }\n"
        _ = try await test.store.save(text, author: "anna")
        _ = try await test.store.edit([.addEntry(category: "mine", key: .sites, text: "b.example")], author: "anna")
        #expect(try await test.verdict("www.b.example") == "block groups.default.rules[0]")
        #expect(await test.store.text.hasPrefix("weir: 1   # version\n"))
        #expect(await test.store.ownEntries("mine")?.map(\.text) == ["a.example", "b.example"])
        #expect(await test.store.ownEntries("other") == nil)
    }

    @Test func everythingIsThereAfterARestart() async throws {
        let directory = try TemporaryDirectory()
        let clock = TestClock()
        let first = try await TestStore(directory, clock: clock)
        _ = try await first.store.save(Self.policy("block"), author: "anna")
        let grant = try await first.store.grant(
            GrantRequest(scope: .everyone, allows: true, target: "site:a.example", minutes: 10), author: "anna")
        try await first.store.ask(GrantTests.request(site: "b.example", at: clock.now))
        let generation = await first.store.snapshot.generation
        let second = try await TestStore(directory, clock: clock)
        #expect(await second.store.text == Self.policy("block"))
        #expect(await second.store.snapshot.generation > generation)
        #expect(try await second.verdict("a.example") == "allow grants[\(grant.id)]")
        #expect(try await second.store.asks(open: true).map(\.request.site) == ["b.example"])
    }

    @Test func generationsAreHandedOutInOrder() async throws {
        let test = try await TestStore()
        let seen = Generations()
        await test.store.onPublish { seen.add($0.generation) }
        for verdict in ["allow", "block", "allow"] { _ = try await test.store.save(Self.policy(verdict), author: "anna") }
        _ = try await test.store.grant(GrantRequest(scope: .everyone, allows: true, target: "all", minutes: nil), author: "anna")
        let all = seen.all
        #expect(all.count == 5)
        #expect(all == all.sorted())
        #expect(Set(all).count == 5)
    }

    @Test func aBackupIsTheDatabaseWithoutSessions() async throws {
        let test = try await TestStore()
        _ = try await test.store.save(Self.policy("allow"), author: "anna")
        let anna = try await test.store.accounts.create("anna", password: "long enough", role: .owner, author: "t")
        _ = try test.store.accounts.beginSession(anna, address: nil, agent: nil)
        let path = test.directory.path + "/restored/policy.sqlite"
        try test.directory.write("restored/x", "")
        try await test.store.backup(to: path)
        await #expect(throws: PolicyStoreError.self) { try await test.store.backup(to: path) }
        let copy = try PolicyDatabase(path: path)
        #expect(try copy.newestRevision()?.text == Self.policy("allow"))
        #expect(try copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM session") } == 0)
        #expect(try copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM account") } == 1)
    }

    @Test func aDatabaseOfANewerWeirIsRefused() async throws {
        let directory = try TemporaryDirectory()
        _ = try await TestStore(directory)
        let database = try PolicyDatabase(path: directory.path + "/data/policy.sqlite")
        try database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 future')") }
        await #expect(throws: PolicyStoreError.self) { try await TestStore(directory) }
    }
}

/// Remembers generations.
final class Generations: @unchecked Sendable {
    // Every access holds the lock.
    private let lock = NSLock()
    private var seen: [UInt64] = []

    var all: [UInt64] { lock.withLock { seen } }

    func add(_ generation: UInt64) { lock.withLock { seen.append(generation) } }
}
