import Foundation
import PolicyCore
import PolicyFormats
import Testing

@testable import PolicyStore

@Suite struct PolicyFileTests {
    @Test func theFileIsTheTruth() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("etc/policy.yaml", blocking("ads", declared: "ads: { source: lists/ads.hosts, format: hosts }"))
        try directory.write("etc/lists/ads.hosts", "0.0.0.0 ads.example\n")
        let test = try await TestStore(directory, policyFile: file)
        #expect(try await test.verdict("ads.example") == "block groups.default.rules[0]")
        #expect(await test.store.status().isReadOnly)
        await #expect(throws: PolicyStoreError.readOnly) { try await test.store.save("weir: 1", author: "anna") }
        await #expect(throws: PolicyStoreError.readOnly) {
            try await test.store.edit([.addEntry(category: "listed", key: .sites, text: "x.example")], author: "anna")
        }
        try directory.write("etc/lists/ads.hosts", "0.0.0.0 ads.example\n0.0.0.0 more.example\n")
        #expect(await test.store.reload().isEmpty)
        #expect(try await test.verdict("more.example") == "block groups.default.rules[0]")
    }

    @Test func aChangedFileIsReadAndABrokenOneReported() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("policy.yaml", PolicyStoreTests.policy("allow"))
        let test = try await TestStore(directory, policyFile: file)
        let runner = Task { await test.store.run() }
        defer { runner.cancel() }
        let generation = await test.store.status().generation
        try directory.write("policy.yaml", "weir: 1\ngroups:\n  default: { defualt: block }\n")
        try await eventually { await !test.store.status().errors.isEmpty }
        #expect(await test.store.status().generation == generation)
        #expect(await test.store.status().errors.first?.contains("policy.yaml:3:") == true)
        #expect(try await test.verdict("a.example") == "allow groups.default.default")
        try directory.write("policy.yaml", PolicyStoreTests.policy("block"))
        try await eventually { try await test.verdict("a.example") == "block groups.default.default" }
        #expect(await test.store.status().errors.isEmpty)
    }

    @Test func aRestartWithABrokenFileServesTheLastGoodOne() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("policy.yaml", PolicyStoreTests.policy("allow"))
        _ = try await TestStore(directory, policyFile: file)
        try directory.write("policy.yaml", "weir: [")
        let test = try await TestStore(directory, policyFile: file)
        #expect(try await test.verdict("a.example") == "allow groups.default.default")
        #expect(await !test.store.status().errors.isEmpty)
        try FileManager.default.removeItem(atPath: file)
        #expect(await !test.store.reload().isEmpty)
        #expect(try await test.verdict("a.example") == "allow groups.default.default")
    }

    @Test func aFirstStartWithABrokenFileIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("policy.yaml", "weir: 1\ngroups: 7\n")
        await #expect(throws: PolicyStoreError.self) { try await TestStore(directory, policyFile: file) }
    }
}
