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

    /// A list is a file, or a folder of categories: a folder of e2guardian's lists is told what to do with.
    @Test func aFolderOfSeveralListsIsNone() throws {
        let directory = try TemporaryDirectory()
        let text = blocking("it", declared: "it: { source: lists, format: e2guardian }")
        let file = try directory.write("policy.yaml", text)
        for name in ["bannedsitelist", "bannedurllist"] { try directory.write("lists/\(name)", "bad.example\n") }
        let document = try #require(PolicyReader.read(text, file: file, zones: SystemZones()).document)
        let problems = StandaloneLists.load(document, policyFile: file).problems
        #expect(problems.count == 1 && "\(problems)".contains("weir policy import --from e2guardian"), "\(problems)")
    }

    /// What an `allow` opens by a list with exceptions: neither form of a URL may be under one of them. A `block` by the same list is opened by
    /// the canonical form alone.
    @Test(arguments: [
        ("allow", "http://x.example/a", true), ("allow", "http://x.example/shut", false), ("allow", "http://x.example/a/../shut", false),
        ("allow", "http://x.example/shut/../a", false), ("block", "http://x.example/a", true), ("block", "http://x.example/shut", false),
        ("block", "http://x.example/shut/../a", true), ("block", "http://x.example/a/../shut", false),
    ]) func exceptionsOfAnAdListTightenAnAllow(_ verb: String, _ url: String, _ applies: Bool) throws {
        let directory = try TemporaryDirectory()
        let text = """
            weir: 1
            groups: { default: { rules: [ { \(verb): [c] } ], default: \(verb == "allow" ? "block" : "allow") } }
            lists: { it: { source: it.txt, format: adblock } }
            categories: { c: { lists: [it] } }

            """
        try directory.write("it.txt", #"||x.example^\#n@@/x\.example\/shut/\#n"#)
        let file = try directory.write("policy.yaml", text)
        let document = try #require(PolicyReader.read(text, file: file, zones: SystemZones()).document)
        let lists = StandaloneLists.load(document, policyFile: file).lists
        let snapshot = try PolicySnapshot.compile(document, generation: 1, lists: lists, zones: SystemZones(), grants: [])
        let asked = Asked(url: try RequestURL(url.utf8), method: "GET")
        let answer = snapshot.explain(asked, asker: Asker(), at: Instant(milliseconds: 1_780_000_000_000), state: PolicyLedger())
        #expect((answer.rule == "groups.default.rules[0]") == applies, "\(answer)")
        #expect((answer.evidence?.list == "it") == applies)
    }
}
