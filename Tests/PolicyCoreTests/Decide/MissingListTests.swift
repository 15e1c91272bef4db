import PatternMatching
import Testing

@testable import PolicyCore

struct MissingListTests {
    static func document(required: Bool) throws -> PolicyDocument {
        PolicyDocument(
            groups: [
                GroupDeclaration(
                    name: "default", rules: [try Building.rule(.allow, ["site:free.test"]), try Building.rule(.block, ["bad"])],
                    defaultVerdict: .allow)
            ],
            lists: [ListDeclaration(name: "l", source: "x", isRequired: required)],
            categories: [Building.category("bad", ["bad.test"], except: ["good.test"], lists: [ListReference(list: "l")])])
    }

    /// Until its first version is in, a list is missing: its category lacks it.
    @Test func notRequired() throws {
        let snapshot = try Building.snapshot(
            try MissingListTests.document(required: false), lists: ListSet(index: nil, sources: [:], missing: ["l"]))
        #expect(try snapshot.verdict("http://bad.test/").verdict == .block)
        #expect(try snapshot.verdict("http://x.test/") == (.allow, "groups.default.default"))
    }

    /// What a required one would decide is answered 503: nobody can tell.
    @Test func required() throws {
        let snapshot = try Building.snapshot(
            try MissingListTests.document(required: true), lists: ListSet(index: nil, sources: [:], missing: ["l"]))
        func ground(_ url: String) throws -> Ground {
            snapshot.decide(try Building.asked(url), by: snapshot.identify(Asker()), at: at("2026-09-01T12:00:00Z"), state: FreshState())
                .ground
        }
        #expect(try ground("http://x.test/").missingList == "l")
        #expect(try snapshot.verdict("http://x.test/") == (.block, "groups.default.rules[1]"))
        #expect(try ground("http://bad.test/").missingList == nil, "its own entries are known")
        #expect(try ground("http://free.test/").missingList == nil, "decided before")
        #expect(try ground("http://good.test/").missingList == nil, "excepted")
        #expect(try ground("http://good.test/").rule == "groups.default.default")
    }

    @Test func present() throws {
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "l")
        try builder.add(ListEntry(kind: .site, text: "listed.test", line: 12), to: source)
        let lists = ListSet(index: try MatchIndex(bytes: builder.finish()), sources: ["l": source])
        let snapshot = try Building.snapshot(try MissingListTests.document(required: true), lists: lists)
        #expect(try snapshot.verdict("http://x.test/").verdict == .allow)
        let explained = snapshot.explain(
            try Building.asked("http://www.listed.test/"), asker: Asker(), at: at("2026-09-01T12:00:00Z"), state: FreshState())
        #expect(explained.evidence == Explanation.Evidence(list: "l", entry: "listed.test", line: 12))
        #expect(explained.category == "bad" && explained.categories == ["bad"])
    }
}
