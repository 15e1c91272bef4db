import PolicyCore
import Testing

@testable import PolicyStore

@Suite struct GrantTests {
    static func request(site: String, client: String = "10.0.0.9", at now: Instant) -> AccessRequest {
        AccessRequest(
            client: client, group: "default", user: nil, url: "https://www.\(site)/x", host: "www.\(site)", site: site,
            rule: "groups.default.default", category: nil, note: "please", time: now)
    }

    func blocked() async throws -> TestStore {
        let test = try await TestStore()
        _ = try await test.store.save(PolicyStoreTests.policy("block"), author: "anna")
        return test
    }

    @Test func grantsComeAndGo() async throws {
        let test = try await blocked()
        let grant = try await test.store.grant(
            GrantRequest(scope: .client("10.0.0.9"), allows: true, target: "site:a.example", minutes: 15, reason: "homework"),
            author: "anna")
        #expect(try await test.verdict("www.a.example") == "allow grants[\(grant.id)]")
        #expect(try await test.verdict("www.a.example", client: "10.0.0.8") == "block groups.default.default")
        #expect(try await test.store.grants() == [grant])
        test.clock.advance(seconds: 900)
        #expect(try await test.verdict("www.a.example") == "block groups.default.default")
        #expect(try await test.store.grants().isEmpty)
        let second = try await test.store.grant(GrantRequest(scope: .everyone, allows: true, target: "all", minutes: nil), author: "anna")
        #expect(second.id > grant.id)
        try await test.store.revoke(second.id, author: "anna")
        #expect(try await test.verdict("www.a.example") == "block groups.default.default")
        await #expect(throws: PolicyStoreError.noSuchGrant(second.id)) { try await test.store.revoke(second.id, author: "anna") }
    }

    @Test func aPauseBlocksEverything() async throws {
        let test = try await TestStore()
        _ = try await test.store.save(PolicyStoreTests.policy("allow"), author: "anna")
        let pause = try await test.store.grant(.pause(.group("default"), minutes: 30), author: "anna")
        #expect(try await test.verdict("a.example") == "block grants[\(pause.id)]")
    }

    static let bad: [GrantRequest] = [
        GrantRequest(scope: .everyone, allows: true, target: "", minutes: 1),
        GrantRequest(scope: .everyone, allows: true, target: "nocategory", minutes: 1),
        GrantRequest(scope: .everyone, allows: true, target: "site:not a host", minutes: 1),
        GrantRequest(scope: .everyone, allows: true, target: "expr:(", minutes: 1),
        GrantRequest(scope: .group("nogroup"), allows: true, target: "all", minutes: 1),
        GrantRequest(scope: .client(""), allows: true, target: "all", minutes: 1),
        GrantRequest(scope: .everyone, allows: true, target: "all", minutes: 0),
        GrantRequest(scope: .everyone, allows: true, target: "all", minutes: .max),
    ]

    @Test(arguments: bad) func whatIsNoGrantIsRefused(_ request: GrantRequest) async throws {
        let test = try await blocked()
        await #expect(throws: PolicyStoreError.self) { try await test.store.grant(request, author: "anna") }
        #expect(try await test.store.grants().isEmpty)
    }

    @Test func anApprovedRequestIsAGrant() async throws {
        let test = try await blocked()
        try await test.store.ask(Self.request(site: "a.example", at: test.clock.now))
        try await test.store.ask(Self.request(site: "a.example", at: test.clock.now))
        try await test.store.ask(Self.request(site: "b.example", at: test.clock.now))
        let open = try await test.store.asks(open: true)
        #expect(open.map(\.request.site) == ["b.example", "a.example"])
        #expect(open.map(\.count) == [1, 2])
        let grant = try #require(try await test.store.decideAsk(open[1].id, approve: true, minutes: 15, author: "anna"))
        #expect(try await test.verdict("www.a.example") == "allow grants[\(grant.id)]")
        #expect(try await test.store.decideAsk(open[0].id, approve: false, minutes: nil, author: "anna") == nil)
        #expect(try await test.store.asks(open: true).isEmpty)
        #expect(Set(try await test.store.asks(open: false).map(\.state)) == [.approved, .denied])
        await #expect(throws: PolicyStoreError.alreadyDecided(open[1].id)) {
            try await test.store.decideAsk(open[1].id, approve: true, minutes: 15, author: "anna")
        }
        // Decided is decided: asking again is a new request.
        try await test.store.ask(Self.request(site: "b.example", at: test.clock.now))
        #expect(try await test.store.asks(open: true).count == 1)
    }

    @Test func approvingForTheGroupReachesTheGroup() async throws {
        let test = try await blocked()
        try await test.store.ask(Self.request(site: "a.example", at: test.clock.now))
        let ask = try #require(try await test.store.asks(open: true).first)
        try await test.store.decideAsk(ask.id, approve: true, minutes: nil, scope: .group, author: "anna")
        #expect(try await test.verdict("a.example", client: "10.0.0.77").hasPrefix("allow grants["))
    }
}
