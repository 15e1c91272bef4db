import Foundation
import PatternMatching
import PolicyCore
import Testing

@testable import PolicyFormats

/// Sentences of the specification about how a policy is written, which no single question to it shows.
struct LanguageTests {
    static func read(_ text: String, zones: FileZones = FileZones()) -> PolicyReading {
        PolicyReader.read("weir: 1\n" + text, file: "p.yaml", zones: zones)
    }

    static func snapshot(_ text: String, zones: FileZones = FileZones()) throws -> PolicySnapshot {
        let reading = read(text, zones: zones)
        let document = try #require(reading.document, "\(reading.diagnostics)")
        return try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: zones, grants: [])
    }

    static func explain(_ snapshot: PolicySnapshot, _ url: String, client: String? = nil, at time: String) throws -> Explanation {
        snapshot.explain(
            Asked(url: try RequestURL(url.utf8), method: "GET"), asker: Asker(address: client.flatMap { IPAddress($0) }),
            at: try #require(Instant(rfc3339: time)), state: FreshState())
    }

    /// The specification's own example is a policy, and decides as its comments say.
    @Test func theExample() throws {
        let page = try PolicyPage.text()
        let example = try #require(page.split(separator: "```yaml\n").dropFirst().first?.split(separator: "```").first)
        let reading = PolicyReader.read(String(example), file: "policy.md", zones: FileZones())
        let document = try #require(reading.document, "\(reading.diagnostics)")
        #expect(document.timezone == "Europe/Paris" && document.clients.count == 2 && document.groups.count == 3)
        #expect(document.rules.count == 1 && document.schedules.count == 2 && document.lists.count == 2 && document.categories.count == 7)
        let missing = ListSet(index: nil, sources: [:], missing: Set(document.lists.map(\.name)))
        let snapshot = try PolicySnapshot.compile(document, generation: 1, lists: missing, zones: FileZones(), grants: [])
        let rows = [
            ("https://example.com/", "192.168.1.20", "2026-09-01T20:59:59+02:00", "groups.kids.default", "mia-laptop"),
            ("https://example.com/", "192.168.1.99", "2026-09-01T21:00:00+02:00", "groups.kids.rules[2]", "192.168.1.99"),
            ("https://example.com/", "192.168.1.99", "2026-12-20T21:00:00+01:00", "groups.kids.default", "192.168.1.99"),
            ("https://en.wikipedia.org/", "192.168.1.20", "2026-09-01T23:00:00+02:00", "groups.kids.rules[0]", "mia-laptop"),
            ("https://casino7.example/", "192.168.1.20", "2026-09-01T12:00:00+02:00", "groups.kids.rules[1]", "mia-laptop"),
            ("https://example.com/", "192.168.1.200", "2026-09-01T23:00:00+02:00", "groups.staff.default", "192.168.1.200"),
            ("https://example.com/", "10.0.0.1", "2026-09-01T12:00:00+02:00", "groups.default.default", "10.0.0.1"),
        ]
        for (url, client, time, rule, name) in rows {
            let found = try LanguageTests.explain(snapshot, url, client: client, at: time)
            #expect(found.rule == rule && found.client == name, "\(url) \(client) \(time): \(found)")
        }
    }

    /// Without `timezone:` schedules follow the machine's own zone.
    @Test(arguments: [("UTC", "allow"), ("Asia/Tokyo", "block")]) func machineZone(_ zone: String, _ verdict: String) throws {
        let text = """
            schedules: { s: { weekly: { from: "09:00", to: "10:00" } } }
            groups: { default: { rules: [ { block: all, during: s } ] } }
            """
        let snapshot = try LanguageTests.snapshot(text, zones: FileZones(machineZone: zone))
        #expect(try LanguageTests.explain(snapshot, "http://x.test/", at: "2026-09-01T00:30:00Z").verdict.rawValue == verdict)
    }

    /// The kinds of things that have names, and a text that declares one.
    static let kinds = [
        "groups: { default: {} }\nclients: { \"NAME\": {} }", "groups: { default: {}, \"NAME\": {} }",
        "groups: { default: {} }\nschedules: { \"NAME\": { weekly: {} } }", "groups: { default: {} }\nlists: { \"NAME\": { source: x } }",
        "groups: { default: {} }\ncategories: { \"NAME\": {} }",
    ]

    @Test(arguments: kinds, ["a", "0", "a-", "x9-y", "kids", "no", "on", "12"]) func names(_ kind: String, _ name: String) {
        let reading = LanguageTests.read(kind.replacingOccurrences(of: "NAME", with: name))
        #expect(reading.errors.isEmpty, "\(reading.errors)")
    }

    @Test(arguments: kinds, ["", "-a", "A", "a_b", "a.b", "a b", "é", "a/b", "*"]) func noNames(_ kind: String, _ name: String) {
        #expect(LanguageTests.read(kind.replacingOccurrences(of: "NAME", with: name)).errors.count == 1)
    }

    @Test(arguments: kinds, ["all", "uncategorized", "ip-host"]) func reserved(_ kind: String, _ name: String) {
        let errors = LanguageTests.read(kind.replacingOccurrences(of: "NAME", with: name)).errors
        #expect(errors.count == 1 && errors.first?.message.contains("reserved") == true, "\(errors)")
    }

    /// The same thing claimed twice, in any spelling, among clients and among groups; once by each kind is no claim twice.
    @Test(arguments: [
        ("addresses", "10.0.0.1", "10.0.0.1/32"), ("addresses", "10.0.0.0/24", "10.0.0.9/24"), ("addresses", "FD00::1", "fd00:0::1"),
        ("addresses", "10.0.0.1", "::ffff:10.0.0.1"), ("macs", "3c:22:fb:01:02:03", "3C-22-FB-01-02-03"), ("users", "ann", "ann"),
    ])
    func claimedTwice(_ key: String, _ first: String, _ second: String) {
        let clients = "groups: { default: {} }\nclients: { a: { \(key): \"\(first)\" }, b: { \(key): \"\(second)\" } }"
        #expect(LanguageTests.read(clients).errors.count == 1)
        if key == "macs" { return }
        let groups = "groups: { default: {}, a: { \(key): \"\(first)\" }, b: { \(key): \"\(second)\" } }"
        #expect(LanguageTests.read(groups).errors.count == 1)
        let both = "groups: { default: {}, a: { \(key): \"\(first)\" } }\nclients: { b: { \(key): \"\(second)\" } }"
        #expect(LanguageTests.read(both).errors.isEmpty)
    }

    /// What YAML would make truths, numbers, times and dates of stays text.
    @Test func textWhateverYAMLMakesOfIt() throws {
        let text = """
            groups: { default: { rules: [ { block: [on, no, 12], during: yes, reason: 2026-01-01 } ] }, off: {} }
            categories: { on: { sites: [no] }, no: { sites: [1.5e3.test] }, 12: { title: true } }
            schedules: { yes: { weekly: { from: 21:00, to: 07:30 }, dates: 2026-01-01, except: [2026-12-24, *-12-25] } }
            """.replacingOccurrences(of: "*-12-25", with: "\"*-12-25\"")
        let document = try #require(LanguageTests.read(text).document)
        #expect(document.categories.map(\.name) == ["on", "no", "12"] && document.categories[2].title == "true")
        #expect(document.groups.map(\.name) == ["default", "off"] && document.groups[0].rules.first?.reason == "2026-01-01")
        #expect(document.schedules.first?.windows == [WeeklyWindow(days: .all, from: 21 * 60, to: 7 * 60 + 30)])
        #expect(document.schedules.first?.exceptDates.count == 2)
    }

    @Test(arguments: [
        ("on", true), ("yes", true), ("true", true), ("off", false), ("no", false), ("false", false), ("ON", true), ("\"no\"", false),
    ])
    func switches(_ word: String, _ value: Bool) throws {
        let text = """
            groups: { default: { safe-search: \(word), rules: [ { limit: all, to: 1h per day, shared: \(word) } ] } }
            rules: [ { block: "site:x.test", final: \(word) } ]
            lists: { l: { source: x, required: \(word) } }
            """
        let document = try #require(LanguageTests.read(text).document)
        #expect(document.groups[0].safeSearch == value && document.groups[0].rules.first?.budget?.isShared == value)
        #expect(document.rules.first?.isFinal == value && document.lists.first?.isRequired == value)
    }

    /// Every place that takes a list takes a single value too, with the same meaning.
    @Test func oneForAList() throws {
        let written = """
            groups: { default: { addresses: <10.0.0.0/8>, users: <ann>, rules: <{ block: <c>, except: <d>, only: <a>, during: <s>, except-during: <t> }> } }
            clients: { a: { addresses: <10.1.1.1>, macs: <3c-22-fb-01-02-03>, users: <bob> } }
            schedules: { s: { weekly: <{ days: <mon> }>, dates: <2026-01-01>, except: <t> }, t: { weekly: {} } }
            lists: { l: { source: x, format: hosts } }
            categories: { c: { sites: <x.test>, urls: <x.test/a>, expressions: <x>, lists: <l> }, d: { except: { sites: <y.test> } } }
            rules: <{ allow: <c> }>
            """
        func text(_ open: String, _ close: String) -> String {
            written.replacingOccurrences(of: "<", with: open).replacingOccurrences(of: ">", with: close)
        }
        let one = LanguageTests.read(text("", ""))
        let list = LanguageTests.read(text("[", "]"))
        let (a, b) = (try #require(one.document, "\(one.diagnostics)"), try #require(list.document, "\(list.diagnostics)"))
        let zones = FileZones()
        func summary(_ document: PolicyDocument) throws -> PolicySummary {
            try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: zones, grants: []).summary
        }
        // Places differ by the brackets; what is said does not.
        #expect(
            try summary(a).groups.map { $0.effectiveRules.map(\.sentence) }
                == (try summary(b).groups.map { $0.effectiveRules.map(\.sentence) }))
        #expect(a.clients.map(\.addresses) == b.clients.map(\.addresses) && a.clients.map(\.macs) == b.clients.map(\.macs))
        #expect(a.clients.map(\.users) == b.clients.map(\.users) && a.groups.map(\.addresses) == b.groups.map(\.addresses))
        #expect(a.schedules.map(\.windows) == b.schedules.map(\.windows) && a.schedules.map(\.dates) == b.schedules.map(\.dates))
        #expect(a.categories.map { $0.includes.entries.map(\.text) } == b.categories.map { $0.includes.entries.map(\.text) })
        #expect(a.categories.map { $0.includes.lists.map(\.text) } == b.categories.map { $0.includes.lists.map(\.text) })
        #expect(a.groups[0].users == ["ann"] && a.schedules[0].exceptSchedules.map(\.name) == ["t"])
    }

    /// Each key of a group is read; what an heir does not write comes from the group it inherits.
    @Test func groupSettings() throws {
        let text = """
            groups:
              base: { addresses: 10.0.0.0/24, safe-search: on, youtube: strict, record: site, inspect: off, opaque: block, default: block, note: x }
              heir: { addresses: 10.0.1.0/24, inherit: base }
              own: { addresses: 10.0.2.0/24, inherit: heir, safe-search: off, youtube: moderate, record: url, opaque: allow, default: allow }
              default: {}
            """
        let snapshot = try LanguageTests.snapshot(text)
        func settings(_ address: String) -> GroupSettings { snapshot.settings(for: snapshot.identify(Asker(address: IPAddress(address)))) }
        var base = GroupSettings()
        (base.safeSearch, base.youtube, base.recordsURL, base.allowsOpaque) = (true, .strict, false, false)
        var own = GroupSettings()
        own.youtube = .moderate
        #expect(settings("10.0.0.1") == base && settings("10.0.1.1") == base && settings("10.0.2.1") == own)
        #expect(settings("10.9.9.9") == GroupSettings())
        func verdict(_ address: String) throws -> String {
            try LanguageTests.explain(snapshot, "http://x.test/", client: address, at: "2026-09-01T00:00:00Z").rule
        }
        #expect(try verdict("10.0.1.1") == "groups.base.default")
        #expect(try verdict("10.0.2.1") == "groups.own.default")
    }

    @Test(arguments: ["off", "moderate", "strict"]) func youtube(_ word: String) throws {
        #expect(LanguageTests.read("groups: { default: { youtube: \(word) } }").document?.groups[0].youtube?.rawValue == word)
    }

    /// *Continue* holds for fifteen minutes where `for:` is not written.
    @Test func warningsByDefault() throws {
        let document = try #require(
            LanguageTests.read("groups: { default: { rules: [ { warn: all }, { warn: all, for: 2h } ] } }").document)
        #expect(document.groups[0].rules.map(\.warnMinutes) == [15, 120])
    }

    /// A rule has one verb and any number of targets of any kind.
    @Test(arguments: ["allow", "block", "warn"]) func oneVerb(_ verb: String) throws {
        let targets =
            "[all, uncategorized, ip-host, c, \"site:x.test\", \"url:x.test/a\", \"expr:x\", \"type:video/*\", \"ext:exe\", \"method:POST\", \"port:1\"]"
        let text = "categories: { c: {} }\ngroups: { default: { rules: [ { \(verb): \(targets) } ] } }"
        #expect(LanguageTests.read(text).document?.groups[0].rules.first?.targets.count == 11)
    }

    /// The category the specification gives for searches that cannot be restricted over `CONNECT` holds all of them.
    @Test func searchesThatCannotBeRestricted() throws {
        let page = try PolicyPage.text()
        let example = try #require(page.split(separator: "```yaml\n").dropFirst(2).first?.split(separator: "```").first)
        let text = example + "groups: { default: { safe-search: on, rules: [ { block: unrestricted-search } ] } }\n"
        let snapshot = try LanguageTests.snapshot(String(text))
        for host in ["search.yahoo.com", "de.search.yahoo.com", "cn.bing.com", "html.duckduckgo.com", "lite.duckduckgo.com"] {
            #expect(try LanguageTests.explain(snapshot, "https://\(host)/", at: "2026-09-01T12:00:00Z").verdict == .block)
        }
        #expect(try LanguageTests.explain(snapshot, "https://duckduckgo.com/", at: "2026-09-01T12:00:00Z").verdict == .allow)
    }

    /// What a search is kept to stands last in the answer, and nowhere else.
    @Test(
        arguments: [
            (
                "CONNECT", "www.google.com:443",
                #""restriction":{"setting":"safe-search","service":"google","substitute":"forcesafesearch.google.com"}}"#
            ), ("CONNECT", "example.com:443", nil), ("CONNECT", "blocked.google.com:443", nil),
        ] as [(String, String, String?)])
    func restriction(_ method: String, _ url: String, _ expected: String?) throws {
        let snapshot = try LanguageTests.snapshot(
            "groups: { default: { safe-search: on, rules: [ { block: \"site:blocked.google.com\" } ] } }")
        let line = BatchExplainer(snapshot: snapshot).answer(
            #"{"at":"2026-09-01T12:00:00Z","method":"\#(method)","url":"\#(url)"}"#)
        #expect(expected.map { line.hasSuffix($0) } ?? !line.contains("restriction"), "\(line)")
    }
}
