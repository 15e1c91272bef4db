import Foundation
import PatternMatching
import PolicyCore
import Testing

@testable import PolicyFormats

/// The policies Weir ships.
struct StarterPoliciesTests {
    static func text(_ file: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../policies")
        return try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
    }

    static func snapshot(_ name: String) throws -> PolicySnapshot {
        let reading = PolicyReader.read(try text("\(name).yaml"), file: "\(name).yaml", zones: FileZones())
        let document = try #require(reading.document, "\(reading.diagnostics)")
        let lists = ListSet(index: nil, sources: [:], missing: Set(document.lists.map(\.name)))
        return try PolicySnapshot.compile(document, generation: 1, lists: lists, zones: FileZones(), grants: [])
    }

    @Test(arguments: ["home", "school", "isp"]) func isGood(_ name: String) throws {
        let reading = PolicyReader.read(try StarterPoliciesTests.text("\(name).yaml"), file: "\(name).yaml", zones: FileZones())
        #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics)")
        let snapshot = try StarterPoliciesTests.snapshot(name)
        #expect(snapshot.summary.groups.allSatisfy { !$0.effectiveRules.isEmpty })
    }

    /// The list of Toulouse as the comment at the end of home.yaml writes it is one the reader takes.
    @Test func commentedList() throws {
        let text = try StarterPoliciesTests.text("home.yaml")
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("# lists:") || $0.hasPrefix("#   ut1:") }.map { $0.dropFirst(2) }
        #expect(lines.count == 2)
        let reading = PolicyReader.read(text + lines.joined(separator: "\n") + "\n", file: "home.yaml", zones: FileZones())
        #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics)")
        #expect(reading.document?.lists.first?.format == .ut1)
    }

    @Test(arguments: [
        ("https://example.com/", "10.0.0.1", "allow"), ("https://de.wikipedia.org/wiki/Sex", "10.0.0.1", "allow"),
        ("https://www.pornhub.com/", "10.0.0.1", "block"), ("https://www.youtube.com/", "10.0.0.1", "allow"),
        ("https://news.test/casino-royale", "10.0.0.1", "allow"),
    ])
    func homeBeforeAnybodyIsNamed(_ url: String, _ client: String, _ verdict: String) throws {
        #expect(try ask("home", url, client).verdict.rawValue == verdict)
    }

    @Test(arguments: [
        ("2026-09-01T16:00:00Z", "https://wikipedia.org/", "allow", "groups.kids.rules[0]"),
        ("2026-09-01T21:00:00Z", "https://wikipedia.org/", "allow", "groups.kids.rules[0]"),
        ("2026-09-01T21:00:00Z", "https://example.com/", "block", "groups.kids.rules[2]"),
        ("2026-12-24T21:00:00Z", "https://example.com/", "allow", "groups.kids.default"),
        ("2026-09-01T16:00:00Z", "https://www.roblox.com/", "allow", "groups.kids.rules[3]"),
        ("2026-09-01T16:00:00Z", "https://www.tiktok.com/", "block", "groups.kids.rules[4]"),
        ("2026-09-01T16:00:00Z", "https://www.amazon.de/", "warn", "groups.kids.rules[5]"),
        ("2026-09-01T16:00:00Z", "https://croxyproxy.com/", "block", "rules[3]"),
    ])
    func homeWithAChild(_ time: String, _ url: String, _ verdict: String, _ rule: String) throws {
        let edit = PolicyEdit.setClient(ClientDeclaration(name: "tablet", group: "kids", addresses: [try #require(IPPrefix("10.0.0.9"))]))
        let text = try edit.apply(to: try StarterPoliciesTests.text("home.yaml"))
        let document = try #require(PolicyReader.read(text, file: "home.yaml", zones: FileZones()).document)
        let snapshot = try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: FileZones(), grants: [])
        let found = snapshot.explain(
            Asked(url: try RequestURL(url.utf8), method: "GET"), asker: Asker(address: IPAddress("10.0.0.9")),
            at: try #require(Instant(rfc3339: time)), state: FreshState())
        #expect(found.verdict.rawValue == verdict && found.rule == rule && found.client == "tablet")
    }

    @Test func others() throws {
        #expect(try ask("school", "https://www.facebook.com/", "10.20.64.5", "2026-09-07T09:00:00+02:00").rule == "groups.pupils.rules[3]")
        #expect(try ask("school", "https://www.facebook.com/", "10.20.64.5", "2026-09-07T09:45:00+02:00").verdict == .allow)
        #expect(
            try ask("school", "https://example.com/", "10.20.12.5", "2027-02-09T09:45:00+01:00").rule == "groups.computer-room.rules[1]")
        #expect(try ask("school", "https://example.com/", "172.16.0.1").rule == "groups.default.default")
        #expect(try ask("isp", "https://example.com/", "100.64.0.1").rule == "groups.default.default")
        #expect(try ask("isp", "https://example.com/", "100.101.0.1", "2026-09-07T23:00:00+02:00").schedule == "nights")
    }

    private func ask(_ policy: String, _ url: String, _ client: String, _ time: String = "2026-09-07T12:00:00+02:00") throws -> Explanation
    {
        try StarterPoliciesTests.snapshot(policy).explain(
            Asked(url: try RequestURL(url.utf8), method: "GET"), asker: Asker(address: IPAddress(client)),
            at: try #require(Instant(rfc3339: time)), state: FreshState())
    }

    /// The schema knows the keys and words the reader knows, and no others.
    @Test func schemaAgrees() throws {
        let schema = try JSONReader.read(try StarterPoliciesTests.text("policy.schema.json"))
        func keys(_ value: JSONValue?) -> Set<String> {
            guard case .object(let pairs)? = value?["properties"] else { return [] }
            return Set(pairs.map(\.key))
        }
        let parts = schema["$defs"]
        #expect(keys(schema) == Set(DocumentReader.keys))
        #expect(keys(parts?["client"]) == Set(DocumentReader.clientKeys))
        #expect(keys(parts?["group"]) == Set(DocumentReader.groupKeys))
        #expect(keys(parts?["houseRule"]) == Set(DocumentReader.ruleKeys))
        #expect(keys(parts?["rule"]) == Set(DocumentReader.ruleKeys).subtracting(["final"]))
        #expect(keys(parts?["schedule"]) == Set(DocumentReader.scheduleKeys))
        #expect(keys(parts?["list"]) == Set(DocumentReader.listKeys))
        #expect(keys(parts?["category"]) == Set(DocumentReader.categoryKeys))
        #expect(keys(parts?["sources"]) == Set(DocumentReader.sourceKeys))
        #expect(
            parts?["list"]?["properties"]?["format"]?["enum"]
                == .array(ListDeclaration.Format.allCases.map { .string($0.rawValue) }))
    }
}
