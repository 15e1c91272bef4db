import PatternMatching
import Testing

@testable import PolicyCore

struct CompileTests {
    /// A document made by hand that names what does not exist is refused, with the place.
    @Test func refuses() throws {
        var document = PolicyDocument(timezone: "Nowhere", groups: [GroupDeclaration(name: "kids", inherit: "gone")])
        document.clients = [ClientDeclaration(name: "a", group: "gone")]
        document.rules = [
            RuleDeclaration(
                verb: .block,
                targets: [PlacedTarget(.category("gone"), place: SourcePlace(line: 4, column: 2)), PlacedTarget(.expression("("))],
                only: [NameReference("gone")], during: [NameReference("gone")])
        ]
        document.schedules = [
            ScheduleDeclaration(name: "a", exceptSchedules: [NameReference("b")]),
            ScheduleDeclaration(name: "b", exceptSchedules: [NameReference("a")]),
        ]
        document.categories = [Building.category("c", ["a b"], lists: [ListReference(list: "gone")])]
        let error = #expect(throws: PolicyCompileError.self) { try Building.snapshot(document) }
        let messages = error?.problems.map(\.message).joined(separator: "\n") ?? ""
        for part in [
            "time zone \"Nowhere\"", "group \"gone\"", "group \"default\"", "category \"gone\"", "client or group \"gone\"",
            "schedule \"gone\"",
            "circle", "list \"gone\"", "a b: ", "(: the expression",
        ] {
            #expect(messages.contains(part), "\(part): \(messages)")
        }
        #expect(error?.problems.contains { $0.place == SourcePlace(line: 4, column: 2) } == true)
    }

    @Test func settingsAreInherited() throws {
        var base = GroupDeclaration(
            name: "base", defaultVerdict: .block, safeSearch: true, youtube: .strict, recordsURL: false, allowsOpaque: false)
        base.addresses = [try #require(IPPrefix("10.0.0.0/8"))]
        let heir = GroupDeclaration(name: "heir", users: ["h"], inherit: "base", youtube: .off)
        let snapshot = try Building.snapshot(PolicyDocument(groups: [base, heir, GroupDeclaration(name: "default")]))
        let settings = snapshot.settings(for: snapshot.identify(Asker(user: "h")))
        #expect(settings.safeSearch && settings.youtube == .off && !settings.recordsURL && !settings.allowsOpaque)
        #expect(try snapshot.verdict("http://x.test/", by: Asker(user: "h")) == (.block, "groups.base.default"))
        #expect(snapshot.settings(for: snapshot.identify(Asker())) == GroupSettings())
    }

    @Test func prefixes() throws {
        var table = PrefixTable()
        for (number, text) in ["::/0", "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "2001:db8::/65"].enumerated()
        {
            table.insert(try #require(IPPrefix(text)), number)
        }
        for (text, expected) in [
            ("::1", 0), ("192.0.2.1", 1), ("10.2.0.1", 2), ("10.1.9.9", 3), ("10.1.2.3", 4), ("2001:db8:1::1", 5), ("2001:db8::1", 6),
            ("2001:db8::8000:0:0:1", 5), ("::ffff:10.1.2.3", 4),
        ] {
            #expect(table.longestMatch(try #require(IPAddress(text))) == expected, "\(text)")
        }
        #expect(PrefixTable().longestMatch(try #require(IPAddress("10.0.0.1"))) == nil)
    }

    @Test(arguments: [
        ("3c:22:fb:01:02:03", "3c:22:fb:01:02:03"), ("3C-22-FB-01-02-03", "3c:22:fb:01:02:03"), ("3c22.fb01.0203", "3c:22:fb:01:02:03"),
        ("3c22fb010203", "3c:22:fb:01:02:03"),
    ])
    func macs(_ text: String, _ written: String) { #expect(MACAddress(text)?.description == written) }

    @Test(arguments: ["", "3c:22:fb:01:02", "3c:22:fb:01:02:0g", "3c22:fb:01:02:03:", "3:c22:fb:01:02:03", "3c:22:fb:01:02:03:04"])
    func badMACs(_ text: String) { #expect(MACAddress(text) == nil) }

    /// How a client was recognised, and what nobody's device is called.
    @Test func recognition() throws {
        let document = PolicyDocument(
            clients: [
                ClientDeclaration(
                    name: "mia", addresses: [try #require(IPPrefix("10.0.0.1"))], macs: [try #require(MACAddress("3c:22:fb:01:02:03"))],
                    users: ["m"])
            ],
            groups: [
                GroupDeclaration(name: "kids", addresses: [try #require(IPPrefix("10.0.0.0/24"))], users: ["k"]),
                GroupDeclaration(name: "default"),
            ])
        let snapshot = try Building.snapshot(document)
        func found(_ asker: Asker) -> [String] {
            let identity = snapshot.identify(asker)
            return [identity.client, identity.group, identity.recognised.rawValue]
        }
        #expect(found(Asker(user: "m")) == ["mia", "default", "user"])
        #expect(found(Asker(mac: MACAddress("3c:22:fb:01:02:03"))) == ["mia", "default", "mac"])
        #expect(found(Asker(address: IPAddress("10.0.0.1"))) == ["mia", "kids", "address"])
        #expect(found(Asker(address: IPAddress("192.0.2.1"), user: "k")) == ["k", "kids", "group-user"])
        #expect(found(Asker(address: IPAddress("10.0.0.2"))) == ["10.0.0.2", "kids", "group-address"])
        #expect(found(Asker(address: IPAddress("2001:db8:0::1"))) == ["2001:db8::1", "default", "none"])
        #expect(found(Asker(mac: MACAddress("000000000001"))) == ["00:00:00:00:00:01", "default", "none"])
    }
}
