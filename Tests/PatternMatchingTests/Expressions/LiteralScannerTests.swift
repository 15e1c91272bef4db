import Testing

@testable import PatternMatching

@Suite struct LiteralScannerTests {
    /// Places are asked for in groups: a literal is found at every one, across their borders too.
    @Test(arguments: ["xq7", "roulette"])
    func foundAtEveryPlace(literal: String) throws {
        var builder = MatchIndexBuilder()
        try builder.add(ListEntry(kind: .expression, text: literal, line: 1), to: builder.source(named: "only"))
        let index = try MatchIndex(bytes: builder.finish())
        for before in 0..<200 {
            for after in [0, 1, 70] {
                let padding = { String(repeating: "-", count: $0) }
                let url = try RequestURL("http://h.test/" + padding(before) + literal + padding(after))
                let broken = try RequestURL("http://h.test/" + padding(before) + literal.dropLast() + padding(after))
                #expect(sources(index, url) == 1, "\(before) before, \(after) after")
                #expect(sources(index, broken) == 0, "\(before) before, \(after) after")
            }
        }
    }

    /// Where every source with expressions has matched already they are not asked, and nobody can tell.
    @Test func settledSourcesAreNotAsked() throws {
        var builder = MatchIndexBuilder()
        let one = builder.source(named: "one")
        try builder.add(ListEntry(kind: .site, text: "one.test", line: 1), to: one)
        try builder.add(ListEntry(kind: .expression, text: "(a+)+$", line: 2), to: one)
        let other = builder.source(named: "other")
        try builder.add(ListEntry(kind: .site, text: "one.test", line: 1), to: other)
        let index = try MatchIndex(bytes: builder.finish())
        let evil = String(repeating: "a", count: 60) + "!"
        var budget = MatchBudget()
        var set = SourceSet()
        index.match(try RequestURL("http://one.test/" + evil), sent: false, into: &set, budget: &budget)
        #expect(set == SourceSet([one, other]))
        #expect(!budget.failed)
        index.match(try RequestURL("http://two.test/" + evil), sent: false, into: &set, budget: &budget)
        #expect(!budget.failed)
        var empty = SourceSet()
        index.match(try RequestURL("http://two.test/" + evil), sent: false, into: &empty, budget: &budget)
        #expect(budget.failed)
    }

    /// An exception takes away what an entry has found: it is asked for all the same.
    @Test func exceptionsAreAlwaysAsked() throws {
        var builder = MatchIndexBuilder()
        let one = builder.source(named: "one")
        try builder.add(ListEntry(kind: .site, text: "one.test", line: 1), to: one)
        try builder.add(ListEntry(kind: .expression, text: "/free", isException: true, line: 2), to: one)
        let index = try MatchIndex(bytes: builder.finish())
        #expect(sources(index, try RequestURL("http://one.test/free")) == 0)
        #expect(sources(index, try RequestURL("http://one.test/paid")) == 1)
    }

    private func sources(_ index: MatchIndex, _ url: RequestURL) -> Int {
        var set = SourceSet()
        var budget = MatchBudget()
        index.match(url, sent: false, into: &set, budget: &budget)
        return budget.failed ? -1 : set.members.count
    }
}
