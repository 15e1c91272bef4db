import PatternMatching
import PolicyCore
import PolicyFormats
import Testing

@testable import PolicyStore

@Suite struct StandaloneListsTests {
    @Test func readsPathsBesideThePolicyAndVersionsHeld() async throws {
        let directory = try TemporaryDirectory()
        let test = try await TestStore(directory)
        test.fetcher.put(SubscriptionTests.url, "0.0.0.0 remote.example\n")
        _ = try await test.store.save(SubscriptionTests.policy, author: "a")
        _ = try await test.store.refresh("ads")

        let lists = "ads: { source: \"\(SubscriptionTests.url)\" }\n  near: { source: lists/near.hosts }\n  gone: { source: gone.hosts }"
        let text = blocking("ads, near, gone", declared: lists)
        let file = try directory.write("policy.yaml", text)
        try directory.write("lists/near.hosts", "0.0.0.0 near.example\n")
        let document = try #require(PolicyReader.read(text, file: file, zones: SystemZones()).document)

        let alone = StandaloneLists.load(document, policyFile: file)
        #expect(alone.lists.missing == ["ads", "gone"])
        #expect(alone.problems.count == 1)
        #expect(alone.lists.sources.keys.sorted() == ["near"])
        let held = StandaloneLists.load(document, policyFile: file, dataDirectory: directory.path + "/data")
        #expect(held.lists.missing == ["gone"])
        let snapshot = try PolicySnapshot.compile(document, generation: 1, lists: held.lists, zones: SystemZones(), grants: [])
        for host in ["remote.example", "near.example"] {
            let asked = Asked(url: try RequestURL("https://\(host)/".utf8), method: "GET")
            let decision = snapshot.decide(
                asked, by: snapshot.identify(Asker()), at: test.clock.now, state: PolicyLedger())
            #expect(decision.verdict == .block)
        }
    }
}
