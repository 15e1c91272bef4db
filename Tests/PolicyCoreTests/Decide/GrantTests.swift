import PatternMatching
import Testing

@testable import PolicyCore

struct GrantTests {
    static func document(finals: Bool) throws -> PolicyDocument {
        PolicyDocument(
            clients: [ClientDeclaration(name: "mia", group: "kids", addresses: [try #require(IPPrefix("10.0.0.1"))])],
            groups: [
                GroupDeclaration(name: "kids", rules: [try Building.rule(.block, ["games"])], defaultVerdict: .allow),
                GroupDeclaration(name: "heirs", addresses: [try #require(IPPrefix("10.0.0.2"))], inherit: "kids"),
                GroupDeclaration(name: "default"),
            ],
            rules: [
                try Building.rule(.allow, ["site:free.test"]), try Building.rule(.block, ["malware"], isFinal: finals),
                try Building.rule(.block, ["site:late.test"]),
            ],
            categories: [Building.category("games", ["games.test"]), Building.category("malware", ["evil.test", "free.test"])])
    }

    static let noon = at("2026-09-01T12:00:00Z")
    static let mia = Asker(address: IPAddress("10.0.0.1"))

    static func grant(
        _ id: Int64, _ scope: Grant.Scope = .client("mia"), allows: Bool = true, _ target: String = "all",
        from: String = "2026-09-01T11:00:00Z",
        until: String? = "2026-09-01T13:00:00Z"
    ) -> Grant {
        Grant(id: id, scope: scope, allows: allows, target: target, from: at(from), until: until.map(at))
    }

    @Test func grantsComeFirst() throws {
        let snapshot = try Building.snapshot(try GrantTests.document(finals: false), grants: [GrantTests.grant(7)])
        #expect(try snapshot.verdict("http://games.test/", by: GrantTests.mia) == (.allow, "grants[7]"))
        #expect(try snapshot.verdict("http://evil.test/", by: GrantTests.mia) == (.allow, "grants[7]"))
        #expect(
            try snapshot.verdict("http://games.test/", by: GrantTests.mia, at: at("2026-09-01T10:59:59Z")).rule == "groups.kids.rules[0]")
        #expect(
            try snapshot.verdict("http://games.test/", by: GrantTests.mia, at: at("2026-09-01T13:00:00Z")).rule == "groups.kids.rules[0]")
        #expect(try snapshot.verdict("http://games.test/", by: Asker(address: IPAddress("10.0.0.2"))).rule == "groups.kids.rules[0]")
    }

    @Test func theNewestFirst() throws {
        let grants = [GrantTests.grant(3), GrantTests.grant(9, allows: false), GrantTests.grant(5)]
        let snapshot = try Building.snapshot(try GrantTests.document(finals: false), grants: grants)
        #expect(try snapshot.verdict("http://x.test/", by: GrantTests.mia) == (.block, "grants[9]"))
        #expect(snapshot.activeGrants.map(\.id) == [9, 5, 3])
    }

    /// Without a grant `final` changes nothing; with one, the first final rule that applies comes before it.
    @Test func finalRules() throws {
        let plain = try Building.snapshot(try GrantTests.document(finals: true))
        #expect(try plain.verdict("http://free.test/", by: GrantTests.mia) == (.allow, "rules[0]"))
        #expect(try plain.verdict("http://evil.test/", by: GrantTests.mia) == (.block, "rules[1]"))
        let granted = plain.with(grants: [GrantTests.grant(7)], generation: 2)
        #expect(granted.generation == 2)
        #expect(try granted.verdict("http://evil.test/", by: GrantTests.mia) == (.block, "rules[1]"))
        #expect(try granted.verdict("http://free.test/", by: GrantTests.mia) == (.block, "rules[1]"))
        #expect(try granted.verdict("http://late.test/", by: GrantTests.mia) == (.allow, "grants[7]"))
        #expect(try granted.verdict("http://games.test/", by: GrantTests.mia) == (.allow, "grants[7]"))
    }

    @Test(arguments: [
        ("all", "http://x.test/", true), ("games", "http://games.test/", true), ("games", "http://x.test/", false),
        ("site:a.test", "http://www.a.test/", true), ("site:=a.test", "http://www.a.test/", false),
        ("url:a.test/x", "http://a.test/x/y", true),
        ("url:a.test/x", "http://a.test/y", false), ("expr:^http://z", "http://z.test/", true), ("port:80", "http://z.test/", true),
        ("uncategorized", "http://z.test/", true), ("gone", "http://z.test/", false), ("site:", "http://z.test/", false),
    ])
    func targets(_ target: String, _ url: String, _ applies: Bool) throws {
        let plain = try Building.snapshot(try GrantTests.document(finals: false))
        let snapshot = plain.with(grants: [GrantTests.grant(1, .everyone, allows: false, target)], generation: 2)
        #expect((try snapshot.verdict(url).rule == "grants[1]") == applies)
    }

    @Test(arguments: [
        (Grant.Scope.everyone, "10.0.0.9", true), (.group("kids"), "10.0.0.1", true), (.group("kids"), "10.0.0.2", false),
        (.group("heirs"), "10.0.0.2", true), (.client("mia"), "10.0.0.1", true), (.client("10.0.0.9"), "10.0.0.9", true),
        (.client("10.0.0.9"), "10.0.0.8", false),
    ])
    func scopes(_ scope: Grant.Scope, _ address: String, _ applies: Bool) throws {
        let snapshot = try Building.snapshot(try GrantTests.document(finals: false), grants: [GrantTests.grant(1, scope)])
        #expect((try snapshot.verdict("http://x.test/", by: Asker(address: IPAddress(address))).rule == "grants[1]") == applies)
    }

    /// Grants loosen at the canonical URL alone and tighten at both forms.
    @Test func forms() throws {
        let plain = try Building.snapshot(try GrantTests.document(finals: false))
        let url = "http://a.test/x/../y"
        #expect(try plain.with(grants: [GrantTests.grant(1, .everyone, "url:a.test/x")], generation: 2).verdict(url).rule != "grants[1]")
        #expect(
            try plain.with(grants: [GrantTests.grant(1, .everyone, allows: false, "url:a.test/x")], generation: 2).verdict(url).rule
                == "grants[1]")
    }

    @Test func changes() throws {
        let snapshot = try Building.snapshot(
            try GrantTests.document(finals: true),
            grants: [GrantTests.grant(7), GrantTests.grant(8, from: "2026-09-01T14:00:00Z", until: nil)])
        let asked = try Building.asked("http://games.test/")
        let identity = snapshot.identify(GrantTests.mia)
        #expect(snapshot.until(asked, by: identity, at: GrantTests.noon, state: FreshState()) == at("2026-09-01T13:00:00Z"))
        #expect(snapshot.until(asked, by: identity, at: at("2026-09-01T13:30:00Z"), state: FreshState()) == at("2026-09-01T14:00:00Z"))
        #expect(snapshot.until(asked, by: identity, at: at("2026-09-01T15:00:00Z"), state: FreshState()) == nil)
        #expect(snapshot.nextChange(after: GrantTests.noon) == at("2026-09-01T13:00:00Z"))
        #expect(snapshot.nextChange(after: at("2026-09-01T15:00:00Z")) == nil)
        // A final rule stands before the grant, but another rule would decide without it.
        let free = try Building.asked("http://free.test/")
        #expect(snapshot.until(free, by: identity, at: GrantTests.noon, state: FreshState()) == at("2026-09-01T13:00:00Z"))
        #expect(
            snapshot.explain(free, asker: GrantTests.mia, at: GrantTests.noon, state: FreshState()).until == "2026-09-01T13:00:00+00:00")
    }

    @Test func traced() throws {
        let snapshot = try Building.snapshot(try GrantTests.document(finals: true), grants: [GrantTests.grant(7)])
        let steps = snapshot.trace(try Building.asked("http://evil.test/"), asker: GrantTests.mia, at: GrantTests.noon, state: FreshState())
        #expect(steps.map(\.rule) == ["grants[7]", "rules[0]", "rules[1]"])
        #expect(steps.map(\.result) == [.behindFinal, .noTarget, .decided])
        #expect(steps.last?.verdict == .block)
        let other = snapshot.trace(try Building.asked("http://x.test/"), asker: Asker(), at: GrantTests.noon, state: FreshState())
        #expect(other.map(\.rule) == ["grants[7]", "rules[0]", "rules[1]", "rules[2]", "groups.default.default"])
        #expect(other.first?.result == .otherClients)
    }
}
