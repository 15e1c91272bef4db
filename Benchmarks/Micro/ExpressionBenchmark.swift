import PatternMatching
import PolicyCore
import PolicyStore

/// One whole decision with URL expressions beside the lists.
struct ExpressionBenchmark {
    let place: Workplace
    let passes: Int

    func run() throws {
        let (index, compilation) = try place.index()
        let lists = ListSet(index: index, sources: compilation.sources.mapValues { SourceID(index: $0) })
        for kind in Patterns.Kind.allCases {
            let urls = try Patterns.urls(20_000, kind).map { try RequestURL($0) }
            for (count, wanted) in [(1_000, 5.0), (10_000, 25.0)] {
                let snapshot = try BenchmarkPolicy.snapshot(expressions: Patterns.make(count, kind), lists: lists)
                try DecideBenchmark.measure("expressions-\(kind.rawValue)-\(count)", urls, snapshot, passes, wanted: wanted)
            }
        }
    }
}
