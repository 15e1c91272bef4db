import CAllocations
import PatternMatching
import Testing

@testable import PolicyCore

/// Issue 3: no allocation on a miss, and none on a hit.
@Suite struct DecisionMemoryTests {
    /// Twenty rules of every kind, of which none decides at noon for what no list holds.
    private static func snapshot() throws -> PolicySnapshot {
        var builder = MatchIndexBuilder()
        var sources: [String: SourceID] = [:]
        for number in 0..<50 {
            let source = builder.source(named: "l/\(number)")
            sources["l/\(number)"] = source
            for line in 1...200 { try builder.add(ListEntry(kind: .site, text: "host\(line).list\(number).test", line: line), to: source) }
        }
        var document = PolicyDocument(timezone: "UTC")
        document.lists = [ListDeclaration(name: "l", source: "l")]
        document.categories = (0..<50).map { number in
            CategoryDeclaration(name: "c\(number)", includes: EntrySources(lists: [ListReference(list: "l", member: "\(number)")]))
        }
        document.categories.append(
            CategoryDeclaration(
                name: "own",
                includes: EntrySources(entries: [
                    OwnEntry(key: .sites, text: "own.test"), OwnEntry(key: .urls, text: "own.test/x"),
                    OwnEntry(key: .expressions, text: "casino|poker"), OwnEntry(key: .expressions, text: "[0-9]{9}x"),
                ])))
        document.schedules = [
            ScheduleDeclaration(name: "night", windows: [WeeklyWindow(days: .all, from: 22 * 60, to: 6 * 60)])
        ]
        var rules = [
            rule(.allow, ["own"]), rule(.block, ["all"], during: ["night"]),
            rule(.block, ["ip-host", "port:25", "ext:exe", "method:TRACE"]),
            rule(.warn, ["c0"]), rule(.block, ["c1"], only: ["kids"]),
        ]
        for number in 2..<17 { rules.append(rule(.block, ["c\(number)", "c\(number + 20)"])) }
        document.groups = [GroupDeclaration(name: "default", rules: rules), GroupDeclaration(name: "kids")]
        let lists = ListSet(index: try MatchIndex(bytes: builder.finish()), sources: sources)
        return try PolicySnapshot.compile(document, generation: 1, lists: lists, zones: FileZones(), grants: [])
    }

    private static func rule(_ verb: RuleDeclaration.Verb, _ targets: [String], during: [String] = [], only: [String] = [])
        -> RuleDeclaration
    {
        RuleDeclaration(
            verb: verb, targets: targets.compactMap { Target($0) }.map { PlacedTarget($0) },
            only: only.map { NameReference($0) }, during: during.map { NameReference($0) })
    }

    private static let noon = Instant(seconds: 1_780_315_200)

    /// Without optimisation one piece of generic code asks for memory once for each decision; optimised, as `script/bench micro decide` shows
    /// too, none does.
    private static var allowed: UInt { _isDebugAssertConfiguration() ? 100 : 0 }

    @Test(arguments: ["http://www.example.test/", "https://a.b.c.d.e.example.test/index.html?q=1", "http://host1.list1.test.example/"])
    func aMissAllocatesNothing(url: String) throws {
        guard weir_allocations_are_counted() else { return }
        let snapshot = try Self.snapshot()
        let identity = snapshot.identify(Asker(address: IPAddress("192.0.2.1")))
        let asked = Asked(url: try RequestURL(url), method: "GET")
        let state = PolicyLedger()
        // The thread's own memory for expressions and the first use of each is made once.
        for _ in 0..<3 { _ = snapshot.decide(asked, by: identity, at: Self.noon, state: state) }
        let before = weir_allocations()
        var verdicts = 0
        for _ in 0..<100 where snapshot.decide(asked, by: identity, at: Self.noon, state: state).verdict == .allow { verdicts += 1 }
        let allocations = weir_allocations() - before
        #expect(allocations <= Self.allowed)
        #expect(verdicts == 100)
    }

    /// What blocks and warns finds its list, and that nobody continued, with little memory asked for without optimisation; optimised,
    /// as `script/bench micro decide` shows, it asks for none at all.
    @Test(arguments: ["http://www.host1.list2.test/", "http://host7.list33.test/a?b=c", "http://host1.list0.test/"])
    func aHitAllocatesNothing(url: String) throws {
        guard weir_allocations_are_counted() else { return }
        let snapshot = try Self.snapshot()
        let identity = snapshot.identify(Asker(address: IPAddress("192.0.2.1")))
        let asked = Asked(url: try RequestURL(url), method: "GET")
        let state = PolicyLedger()
        for _ in 0..<3 { _ = snapshot.decide(asked, by: identity, at: Self.noon, state: state) }
        let before = weir_allocations()
        var decided = 0
        for _ in 0..<100 where snapshot.decide(asked, by: identity, at: Self.noon, state: state).verdict != .allow { decided += 1 }
        let allocations = weir_allocations() - before
        #expect(allocations <= 10 * Self.allowed)
        #expect(decided == 100)
    }

    @Test func countingCounts() {
        guard weir_allocations_are_counted() else { return }
        let before = weir_allocations()
        let bytes = [UInt8](repeating: 1, count: Int.random(in: 100...200))
        #expect(weir_allocations() > before)
        #expect(bytes.count >= 100)
    }
}
