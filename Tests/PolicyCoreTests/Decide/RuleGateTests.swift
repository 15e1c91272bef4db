import PatternMatching
import Testing

@testable import PolicyCore

/// Gates only save work: with them and without them a decision is the same.
@Suite struct RuleGateTests {
    private static let targets = [
        "all", "uncategorized", "ip-host", "c0", "c1", "site:d.test", "site:10.0.0.0/8", "url:a.test/x", "expr:casino", "ext:exe", "ext:gz",
        "ext:longextension", "method:POST", "method:PROPPATCHES", "port:8080", "port:443", "type:video/*",
    ]
    private static let urls = [
        "http://a.test/", "http://a.test/x/y.exe", "https://d.test/casino", "http://b.test:8080/a.tar.gz?q=.exe", "http://10.0.0.1/z.EXE",
        "http://c.test/z.exe;v=1", "http://c.test/%7a.ex%65", "http://c.test/a.longextension", "http://c.test/.exe", "http://c.test/exe",
        "http://c.test/a.exe/", "http://[2001:db8::1]/", "https://e.test/", "http://c.test/a.b/exe",
    ]

    private static func rules(_ count: Int, _ random: inout SeededGenerator) throws -> [RuleDeclaration] {
        try (0..<count).map { _ in
            try Building.rule(
                [.allow, .block, .warn].randomElement(using: &random) ?? .block,
                Array(targets.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))),
                except: Int.random(in: 0...3, using: &random) == 0 ? [targets.randomElement(using: &random) ?? "all"] : [],
                only: Int.random(in: 0...4, using: &random) == 0 ? ["kids"] : [],
                during: Int.random(in: 0...2, using: &random) == 0 ? ["night"] : [])
        }
    }

    @Test func gatesChangeNothing() throws {
        var random = SeededGenerator(state: 77)
        var decided: Set<String> = []
        for _ in 0..<150 {
            var document = PolicyDocument(timezone: "Europe/Berlin")
            document.categories = [Building.category("c0", ["a.test"]), Building.category("c1", ["b.test", "e.test"], except: ["e.test"])]
            document.schedules = [
                ScheduleDeclaration(name: "night", windows: [WeeklyWindow(days: .all, from: 1320, to: 360)])
            ]
            // Enough targets written in place that some sources lie beyond the first 128.
            let padding = try Building.rule(.block, (0..<140).map { "site:p\($0).test" })
            let isWide = Int.random(in: 0...3, using: &random) == 0
            document.rules = (isWide ? [padding] : []) + (try Self.rules(4, &random))
            document.groups = [GroupDeclaration(name: "default", rules: try Self.rules(6, &random)), GroupDeclaration(name: "kids")]
            let snapshot = try Building.snapshot(document)
            let identity = snapshot.identify(Asker())
            for url in Self.urls {
                let asked = try Building.asked(url, method: ["GET", "POST", "PROPPATCHES"].randomElement(using: &random) ?? "GET")
                let now = at(["2026-09-01T12:00:00Z", "2026-09-01T23:30:00Z"].randomElement(using: &random) ?? "")
                let gated = snapshot.decide(asked, by: identity, at: now, state: FreshState())
                let matched = Matched(asked, in: snapshot.policy, grants: nil)
                let plain = snapshot.decide(
                    Weighing(policy: snapshot.policy, matched: matched, identity: identity, state: FreshState()), at: now)
                #expect("\(gated)" == "\(plain)", "\(url)")
                decided.insert("\(gated.verdict) \(gated.ground.rule)")
            }
        }
        #expect(decided.count > 20)
    }
}
