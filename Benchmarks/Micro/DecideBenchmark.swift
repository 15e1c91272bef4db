import Foundation
import PatternMatching
import PolicyCore
import PolicyStore

/// One whole decision.
struct DecideBenchmark {
    let place: Workplace
    let passes: Int
    /// A Monday at noon in Paris: no schedule is open.
    static let noon = Instant(seconds: 1_780_308_000)

    func run() throws {
        let (index, compilation) = try place.index()
        let lists = ListSet(index: index, sources: compilation.sources.mapValues { SourceID(index: $0) })
        let snapshot = try BenchmarkPolicy.snapshot(expressions: [], lists: lists)
        let hits = try DecideBenchmark.hits(place).shuffled(seed: 3)
        let misses = try DecideBenchmark.misses(hits.count, apartFrom: index)
        try DecideBenchmark.measure("decide-hit", hits, snapshot, passes, wanted: 1.0)
        try DecideBenchmark.measure("decide-miss", misses, snapshot, passes, wanted: 0.7)
        for (name, urls) in [("lookup-hit", hits), ("lookup-miss", misses)] {
            let pass = Pass.best(of: passes, over: urls.count, preparing: { DecideBenchmark.read(urls[$0]) }) { url in
                var set = SourceSet()
                var budget = MatchBudget()
                index.match(url, sent: false, into: &set, budget: &budget)
            }
            pass.print(name, wanted: nil)
        }
    }

    static func measure(_ name: String, _ urls: [RequestURL], _ snapshot: PolicySnapshot, _ passes: Int, wanted: Double) throws {
        let identity = snapshot.identify(Asker(address: IPAddress("192.168.1.77")))
        var blocked = 0
        let state = PolicyLedger()
        let pass = Pass.best(of: passes, over: urls.count, preparing: { Asked(url: read(urls[$0]), method: "GET") }) { asked in
            if snapshot.decide(asked, by: identity, at: noon, state: state).verdict != .allow { blocked += 1 }
        }
        pass.print(
            name, wanted: wanted, allocationsWanted: name.hasPrefix("decide") ? 0 : nil,
            note: "\(blocked / passes) of \(urls.count) not allowed")
    }

    /// The same URL read anew.
    static func read(_ url: RequestURL) -> RequestURL { (try? RequestURL(url.bytes)) ?? url }

    static func hits(_ place: Workplace) throws -> [RequestURL] {
        try String(contentsOfFile: place.hits, encoding: .utf8).split(separator: "\n").map { try RequestURL("http://\($0)/index.html") }
    }

    /// Hosts of the same shape that no list holds.
    static func misses(_ count: Int, apartFrom index: MatchIndex) throws -> [RequestURL] {
        var random = SeededRandom(seed: 1234)
        var urls: [RequestURL] = []
        while urls.count < count {
            let url = try RequestURL("http://\(random.chance(0.5) ? "www." : "")\(Words.domain(&random))/index.html")
            var set = SourceSet()
            var budget = MatchBudget()
            index.match(url, sent: false, into: &set, budget: &budget)
            if set.isEmpty { urls.append(url) }
        }
        return urls
    }
}

extension Array {
    func shuffled(seed: UInt64) -> [Element] {
        var random = SeededRandom(seed: seed)
        return shuffled(using: &random)
    }
}
