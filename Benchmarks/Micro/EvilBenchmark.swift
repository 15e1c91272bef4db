import PatternMatching

/// What judging costs where expressions backtrack: ten of them, on URLs made for them and on ordinary ones.
struct EvilBenchmark {
    let passes: Int

    /// As scenario i of peers/bench.py has them.
    private static let patterns = [
        "(a+)+$", "(e|e)+$", "(i|ii)+$", "(o+o+)+q!", "([a-z]+)*!$", "(u+)+$", "(y|y)+$", "([0-9]+)+z!$", "/(q+|q)*/~$", "((j+)+k?)+l~$",
    ]
    /// Long turns run into the limit at once; short ones, again and again, stay below it at each of very many places.
    private static let turns = [
        ("a", 1), ("e", 1), ("i", 1), ("o", 1), ("u", 15), ("y", 14), ("0123456789", 6), ("q", 1), ("j", 12), ("abcdefgh", 1), ("a", 12),
        ("yu", 7),
    ]

    func run() throws {
        var builder = MatchIndexBuilder()
        for (line, pattern) in EvilBenchmark.patterns.enumerated() {
            try builder.add(ListEntry(kind: .expression, text: pattern, line: line + 1), to: builder.source(named: pattern))
        }
        let index = try MatchIndex(bytes: builder.finish())
        for length in [100, 1_000, 8_000, 60_000] {
            let urls = try EvilBenchmark.urls(length)
            var (worst, failed) = (UInt64(0), 0)
            for _ in 0..<passes {
                for url in urls {
                    var (set, budget) = (SourceSet(), MatchBudget())
                    let start = Clock.thread
                    index.match(url, sent: false, into: &set, budget: &budget)
                    worst = max(worst, Clock.thread - start)
                    if budget.failed { failed += 1 }
                }
            }
            Figure(
                name: "evil-worst-\(length)", value: Double(worst / 1000) / 1000, unit: "ms of the thread's time", wanted: 5,
                note: "\(failed / passes) of \(urls.count) URLs not answered, and therefore blocked"
            ).print()
        }
        let ordinary = try Patterns.urls(5_000, .generated).map { try RequestURL($0) }
        var failed = 0
        let pass = Pass.best(of: passes, over: ordinary.count) { number in
            var (set, budget) = (SourceSet(), MatchBudget())
            index.match(ordinary[number], sent: false, into: &set, budget: &budget)
            if budget.failed { failed += 1 }
        }
        pass.print("evil-ordinary-url", wanted: nil, note: "\(failed) not answered")
    }

    private static func urls(_ length: Int) throws -> [RequestURL] {
        try turns.map { text, times in
            let turn = String(repeating: text, count: times)
            let separator = times == 1 ? "" : "-"
            let count = max(1, (length - 20) / (turn.utf8.count + separator.utf8.count))
            return try RequestURL("http://www.example.test/!/" + String(repeating: turn + separator, count: count) + "?q!z!/~l~-")
        }
    }
}
