import PolicyFormats
import Testing

@testable import PolicyStore

/// A version that waits for confirmation says what is wrong with it; what the policy wrote is what is shown of its format.
@Suite struct HeldLinesTests {
    private static let url = "https://lists.example/words"

    private static func store(_ format: String = "expressions") async throws -> TestStore {
        let test = try await TestStore()
        _ = try await test.store.save(
            blocking("ads", declared: "ads: { source: \"\(url)\", format: \(format) }"), author: "a")
        return test
    }

    @Test func theLinesOfAVersionThatIsHeld() async throws {
        let test = try await Self.store()
        test.fetcher.put(Self.url, "foo\n.*\n(bad\nbar\n")
        let held = try await test.store.refresh("ads")
        #expect(held.state == .held && held.error == "it matches 60 of 60 common sites")
        #expect(held.format == "expressions")
        #expect(held.warnings.contains { $0.hasPrefix("the version held, line 2: the expression matches 60 of 60 common sites: .*") })
        #expect(held.warnings.contains { $0.hasPrefix("the version held, line 3: refused: ") && $0.hasSuffix(": (bad") })
        #expect(held.versions.map(\.rejected) == [1])
        let lines = try await test.store.rejectedLines("ads")
        #expect(lines.map(\.line) == [3] && lines.first?.text == "(bad")
        let confirmed = try await test.store.confirm("ads", author: "anna")
        #expect(confirmed.format == "expressions" && confirmed.entries == 3 && confirmed.rejected == 1)
        #expect(try await test.store.rejectedLines("ads").map(\.line) == [3])
        #expect(confirmed.warnings.map { $0.prefix(7) } == ["line 2:"])
    }

    @Test func whatIsRefusedIsNoDifference() async throws {
        let test = try await Self.store()
        test.fetcher.put(Self.url, "one\n(bad\n[[:alpha:]\ntwo\n")
        _ = try await test.store.refresh("ads")
        test.fetcher.put(Self.url, "one\nthree\n(worse\n")
        _ = try await test.store.refresh("ads")
        let difference = try #require(try await test.store.difference(ofList: "ads"))
        #expect(difference == ListComparison(addedCount: 1, removedCount: 1, added: ["three"], removed: ["two"]))
    }

    @Test(arguments: [
        ("urls", "a.test/x\n", "urls"), ("ut1", "a.test\n", "ut1"), ("domains, match: exact", "a.test\n", "domains"),
        ("auto", "0.0.0.0 a.test\n", "hosts"), ("auto", "||a.test^\n", "adblock"),
    ]) func theFormatIsTheOneWritten(_ format: String, _ text: String, _ shown: String) async throws {
        let test = try await Self.store(format)
        test.fetcher.put(Self.url, text)
        #expect(try await test.store.refresh("ads").format == shown)
    }
}
