import PatternMatching
import Testing

@testable import PolicyCore

struct DecideTests {
    static let seeds: [UInt64] = Array(1...8)

    /// Thousands of generated policies: the first rule that applies decides, grants and pauses before it and `final` house rules before
    /// those, as a reading of the specification from top to bottom finds it.
    @Test(arguments: seeds) func firstRuleThatAppliesDecides(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        var seen: [String: Int] = [:]
        for number in 0..<500 {
            let policy = try GeneratedPolicy(&random)
            let snapshot = try policy.snapshot()
            for _ in 0..<12 {
                let request = try GeneratedRequest(&random)
                let state = GeneratedState(request, policy, &random)
                let expected = PlainReading(policy: policy, request: request, state: state).answer(at: request.now)
                let decision = snapshot.decide(
                    try request.asked(), by: snapshot.identify(request.asker), at: request.now, state: state)
                #expect(
                    decision.ground.rule == expected.rule && decision.verdict == expected.verdict,
                    "seed \(seed), policy \(number): \(request) \(policy) expected \(expected), found \(decision)")
                seen["\(decision.ground.rule.prefix { $0 != "[" && $0 != "." })", default: 0] += 1
                if decision.ground.usedUp { seen["used up", default: 0] += 1 }
                if decision.verdict == .allow, decision.ground.budget != nil { seen["left", default: 0] += 1 }
                if request.path.sent != request.path.canonical { seen["two forms", default: 0] += 1 }
            }
        }
        // Everything was there often enough to tell.
        for kind in ["grants", "rules", "groups", "used up", "left", "two forms"] {
            #expect(seen[kind, default: 0] > 50, "\(kind): \(seen)")
        }
    }

    /// A grant may open a request exactly where giving one to everybody for everything opens it.
    @Test(arguments: seeds) func mayBeGranted(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed &+ 200)
        var closed = 0
        for number in 0..<60 {
            let policy = try GeneratedPolicy(&random)
            let snapshot = try policy.snapshot()
            let request = try GeneratedRequest(&random)
            let state = GeneratedState(request, policy, &random)
            let identity = snapshot.identify(request.asker)
            let grant = Grant(id: 99, scope: .everyone, allows: true, target: "all", from: GeneratedPolicy.start, until: nil)
            let granted = snapshot.with(grants: policy.grants + [grant], generation: 2)
            let opens = granted.decide(try request.asked(), by: identity, at: request.now, state: state).verdict == .allow
            let may = snapshot.mayBeGranted(try request.asked(), by: identity, at: request.now, state: state)
            #expect(may == opens, "seed \(seed), policy \(number): \(request) \(policy)")
            if !opens { closed += 1 }
        }
        #expect(closed > 0)
    }

    /// A decision that does not allow says whether a grant could open it: what asking for that alone says, with grants and without.
    @Test(arguments: seeds) func decisionsSayWhetherAGrantCouldOpen(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed &+ 300)
        var said: [Bool: Int] = [:]
        for number in 0..<150 {
            let policy = try GeneratedPolicy(&random)
            let compiled = try policy.snapshot()
            let request = try GeneratedRequest(&random)
            let state = GeneratedState(request, policy, &random)
            let identity = compiled.identify(request.asker)
            let asked = try request.asked()
            for snapshot in [compiled, compiled.with(grants: [], generation: 2)] {
                let decision = snapshot.decide(asked, by: identity, at: request.now, state: state)
                guard decision.verdict != .allow else {
                    #expect(decision.ground.mayBeGranted == nil)
                    continue
                }
                let may = snapshot.mayBeGranted(asked, by: identity, at: request.now, state: state)
                #expect(decision.ground.mayBeGranted == may, "seed \(seed), policy \(number): \(request) \(policy)")
                said[may, default: 0] += 1
            }
        }
        #expect(said[true, default: 0] > 10 && said[false, default: 0] > 0, "\(said)")
    }

    /// When it opens again is what going from one change to the next finds.
    @Test(arguments: seeds) func opensAgain(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed &+ 400)
        var (opened, closed) = (0, 0)
        for number in 0..<150 {
            let policy = try GeneratedPolicy(&random)
            let compiled = try policy.snapshot()
            let request = try GeneratedRequest(&random)
            let state = GeneratedState(request, policy, &random)
            let identity = compiled.identify(request.asker)
            let asked = try request.asked()
            for snapshot in [compiled, compiled.with(grants: [], generation: 2)] {
                guard case .block(let ground) = snapshot.decide(asked, by: identity, at: request.now, state: state) else { continue }
                var (moment, expected) = (request.now, Instant?.none)
                for _ in 0..<8 where expected == nil {
                    guard let next = snapshot.until(asked, by: identity, at: moment, state: state), next > moment else { break }
                    moment = next
                    if snapshot.decide(asked, by: identity, at: moment, state: state).verdict != .block { expected = moment }
                }
                let found = snapshot.opensAgain(asked, by: identity, at: request.now, state: state)
                #expect(found == expected, "seed \(seed), policy \(number): \(request) \(policy)")
                if found != nil { opened += 1 }
                if found == nil, ground.isTimed { closed += 1 }
            }
        }
        #expect(opened > 5 && closed > 0, "\(opened) \(closed)")
    }

    /// `until` is the first minute at which the plain reading gives another verdict or rule, and there is none before it (looked for minute
    /// by minute for two days).
    @Test(arguments: seeds) func untilIsTheNextChange(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed &+ 100)
        for number in 0..<12 {
            let policy = try GeneratedPolicy(&random)
            let snapshot = try policy.snapshot()
            let request = try GeneratedRequest(&random)
            let state = GeneratedState(request, policy, &random)
            let reading = PlainReading(policy: policy, request: request, state: state)
            let identity = snapshot.identify(request.asker)
            let until = snapshot.until(try request.asked(), by: identity, at: request.now, state: state)
            let first = reading.answer(at: request.now)
            var minute = request.now.seconds + 60
            let end = min(until?.seconds ?? .max, request.now.seconds + 2 * 86_400)
            while minute < end {
                let then = reading.answer(at: Instant(seconds: minute))
                #expect(then == first, "seed \(seed), policy \(number): changes at \(minute), until is \(String(describing: until))")
                if then != first { break }
                minute += 60
            }
            if let until {
                #expect(until > request.now && reading.answer(at: until) != first, "seed \(seed), policy \(number): no change at \(until)")
                let decision = snapshot.decide(try request.asked(), by: identity, at: request.now, state: state)
                #expect(decision.ground.isTimed)
            }
        }
    }

    static let base = PolicyDocument(
        groups: [GroupDeclaration(name: "default", defaultVerdict: .allow)],
        categories: [
            Building.category("shop", ["shop.test"]),
            CategoryDeclaration(
                name: "school", includes: EntrySources(entries: [Building.site("school.test")]),
                excepts: EntrySources(entries: [OwnEntry(key: .urls, text: "school.test/play")])),
        ])

    static func base(_ rules: [RuleDeclaration], defaultVerdict: Verdict = .allow) -> PolicyDocument {
        var document = base
        document.groups[0].rules = rules
        document.groups[0].defaultVerdict = defaultVerdict
        return document
    }

    /// What tightens looks at the URL as sent too, what loosens does not; exceptions the other way round.
    @Test(arguments: [
        ("block", "url:x.test/a", "", "http://x.test/a/../b", "block"), ("block", "url:x.test/b", "", "http://x.test/a/../b", "block"),
        ("allow", "url:x.test/a", "", "http://x.test/a/../b", "default"), ("allow", "url:x.test/b", "", "http://x.test/a/../b", "allow"),
        ("block", "site:x.test", "url:x.test/a", "http://x.test/a/../b", "block"),
        ("block", "site:x.test", "url:x.test/b", "http://x.test/a/../b", "default"),
        ("allow", "site:x.test", "url:x.test/a", "http://x.test/a/../b", "default"),
        ("allow", "site:x.test", "url:x.test/b", "http://x.test/a/../b", "default"),
        ("warn", "url:x.test/a", "", "http://x.test/a/../b", "warn"), ("limit", "url:x.test/a", "", "http://x.test/a/../b", "allow"),
        ("block", "ext:exe", "", "http://x.test/a.exe/../b", "default"), ("block", "ext:exe", "", "http://x.test/b/../a.%65xe", "block"),
        ("block", "school", "", "http://school.test/play/../x", "block"),
        ("block", "school", "", "http://school.test/x/../play", "default"),
        ("allow", "school", "", "http://school.test/play/../x", "default"), ("allow", "school", "", "http://school.test/x", "allow"),
    ])
    func forms(_ verb: String, _ target: String, _ except: String, _ url: String, _ expected: String) throws {
        let verb = try #require(RuleDeclaration.Verb(rawValue: verb))
        let rule = try Building.rule(
            verb, [target], except: except.isEmpty ? [] : [except],
            budget: verb == .limit ? BudgetAmount(amount: 1, unit: .visits, period: .day) : nil)
        let fallback: Verdict = verb == .allow ? .block : .allow
        let found = try Building.snapshot(DecideTests.base([rule], defaultVerdict: fallback)).verdict(url)
        if expected == "default" {
            #expect(found.rule == "groups.default.default")
        } else {
            #expect(found.verdict.rawValue == expected && found.rule == "groups.default.rules[0]")
        }
    }

    @Test(arguments: [
        ("ext:exe", "https://x.test/a.EXE", true), ("ext:.exe", "https://x.test/a.exe?b", true), ("ext:exe", "https://x.test/.exe", true),
        ("ext:exe", "https://x.test/a.exe/", false), ("ext:exe", "https://x.test/exe", false),
        ("ext:exe", "https://x.test/a.exe;v=1", true),
        ("ext:exe", "https://x.exe/", false), ("ext:gz", "https://x.test/a.tar.gz", true), ("ext:exe", "https://x.test/?a.exe", false),
        ("port:443", "https://x.test/", true), ("port:80", "http://x.test/", true), ("port:80", "https://x.test/", false),
        ("ip-host", "http://[::1]/", true), ("ip-host", "http://1.test/", false), ("method:GET", "http://x.test/", true),
        ("method:get", "http://x.test/", false), ("site:*.x.test", "http://x.test/", false), ("all", "http://x.test/", true),
        ("uncategorized", "http://x.test/", true), ("uncategorized", "http://shop.test/", false),
        ("uncategorized", "http://school.test/play", true), ("shop", "http://a.shop.test/", true),
    ])
    func targets(_ target: String, _ url: String, _ applies: Bool) throws {
        let snapshot = try Building.snapshot(DecideTests.base([try Building.rule(.block, [target])]))
        #expect((try snapshot.verdict(url).verdict == .block) == applies)
    }

    @Test(arguments: [
        ("type:video/*", "video/mp4", true), ("type:video/*", "VIDEO/MP4", true), ("type:video/*", "video", false),
        ("type:video/mp4", "video/mp4", true),
        ("type:video/mp4", "video/mp4x", false), ("type:Video/MP4", "video/mp4", true), ("type:*/*", "text/html", true),
        ("type:video/*", "videos/x", false),
    ])
    func mediaTypes(_ target: String, _ type: String, _ applies: Bool) throws {
        let snapshot = try Building.snapshot(DecideTests.base([try Building.rule(.block, [target])]))
        #expect((try snapshot.verdict("http://x.test/", type: type).verdict == .block) == applies)
        let before = snapshot.decide(
            try Building.asked("http://x.test/"), by: snapshot.identify(Asker()), at: at("2026-09-01T12:00:00Z"), state: FreshState())
        #expect(before.verdict == .allow && before.ground.dependsOnMediaType)
        let after = snapshot.decide(
            try Building.asked("http://x.test/", type: type), by: snapshot.identify(Asker()), at: at("2026-09-01T12:00:00Z"),
            state: FreshState())
        #expect(!after.ground.dependsOnMediaType)
    }

    /// An exception by media type does not except before the type is known.
    @Test func exceptedMediaType() throws {
        let snapshot = try Building.snapshot(DecideTests.base([try Building.rule(.block, ["site:x.test"], except: ["type:image/*"])]))
        #expect(try snapshot.verdict("http://x.test/").verdict == .block)
        #expect(try snapshot.verdict("http://x.test/", type: "image/png").verdict == .allow)
        #expect(
            snapshot.decide(
                try Building.asked("http://x.test/"), by: snapshot.identify(Asker()), at: at("2026-09-01T12:00:00Z"), state: FreshState()
            ).ground.dependsOnMediaType)
    }

    @Test func warnings() throws {
        let snapshot = try Building.snapshot(DecideTests.base([try Building.rule(.warn, ["shop"])]))
        let ledger = PolicyLedger()
        let now = at("2026-09-01T12:00:00Z")
        let mia = Asker(address: IPAddress("10.0.0.1"))
        #expect(try snapshot.verdict("https://a.shop.test/", by: mia, at: now, state: ledger).verdict == .warn)
        ledger.continueWarned(client: "10.0.0.1", rule: "groups.default.rules[0]", site: "shop.test", until: at("2026-09-01T12:15:00Z"))
        #expect(try snapshot.verdict("https://b.shop.test/", by: mia, at: now, state: ledger) == (.allow, "groups.default.rules[0]"))
        #expect(
            try snapshot.verdict("https://b.shop.test/", by: Asker(address: IPAddress("10.0.0.2")), at: now, state: ledger).verdict == .warn
        )
        #expect(try snapshot.verdict("https://b.shop.test/", by: mia, at: at("2026-09-01T12:15:00Z"), state: ledger).verdict == .warn)
        let until = snapshot.until(try Building.asked("https://b.shop.test/"), by: snapshot.identify(mia), at: now, state: ledger)
        #expect(until == at("2026-09-01T12:15:00Z"))
    }

    /// A budget through the ledger: allowed while minutes are left and to the end of the last one counted, then blocked to midnight.
    @Test func limits() throws {
        let budget = BudgetAmount(amount: 2, unit: .minutes, period: .day)
        let snapshot = try Building.snapshot(DecideTests.base([try Building.rule(.limit, ["shop"], budget: budget)]))
        let ledger = PolicyLedger()
        let start = at("2026-09-01T12:00:00Z")
        let mia = Asker(address: IPAddress("10.0.0.1"))
        let asked = try Building.asked("https://shop.test/")
        for minute in 0..<2 {
            let now = Instant(milliseconds: start.milliseconds + Int64(minute) * 60_000)
            let decision = snapshot.decide(asked, by: snapshot.identify(mia), at: now, state: ledger)
            #expect(decision.verdict == .allow)
            ledger.note(BudgetNote(budget: try #require(decision.ground.budget), minute: now.minute))
        }
        #expect(try snapshot.verdict("https://shop.test/", by: mia, at: at("2026-09-01T12:01:59Z"), state: ledger).verdict == .allow)
        #expect(
            snapshot.until(asked, by: snapshot.identify(mia), at: at("2026-09-01T12:01:30Z"), state: ledger) == at("2026-09-01T12:02:00Z"))
        let after = snapshot.decide(asked, by: snapshot.identify(mia), at: at("2026-09-01T12:02:00Z"), state: ledger)
        #expect(after.verdict == .block && after.ground.usedUp)
        #expect(
            snapshot.until(asked, by: snapshot.identify(mia), at: at("2026-09-01T12:02:00Z"), state: ledger) == at("2026-09-02T00:00:00Z"))
        #expect(try snapshot.verdict("https://shop.test/", by: mia, at: at("2026-09-02T00:00:00Z"), state: ledger).verdict == .allow)
        #expect(
            try snapshot.verdict("https://shop.test/", by: Asker(address: IPAddress("10.0.0.2")), at: start, state: ledger).verdict
                == .allow)
        let status = snapshot.budgets(for: snapshot.identify(mia), at: at("2026-09-01T13:00:00Z"), state: ledger)
        #expect(
            status.map(\.used) == [2] && status.map(\.limit) == [2] && status[0].isUsedUp
                && status[0].resetsAt == at("2026-09-02T00:00:00Z"))
    }

    @Test func sharedBudget() throws {
        let budget = BudgetAmount(amount: 1, unit: .visits, period: .day, isShared: true)
        let snapshot = try Building.snapshot(DecideTests.base([try Building.rule(.limit, ["shop"], budget: budget)]))
        let ledger = PolicyLedger()
        let now = at("2026-09-01T12:00:00Z")
        ledger.note(
            BudgetNote(budget: BudgetKey(rule: "groups.default.rules[0]", owner: "default", shared: true), minute: now.minute, visits: 1))
        #expect(
            try snapshot.verdict("https://shop.test/", by: Asker(address: IPAddress("10.0.0.2")), at: now, state: ledger).verdict == .block)
    }

    /// An expression that takes too long blocks, whatever the rules say (SECURITY.md B4, B5).
    @Test func engineFailure() throws {
        let evil = try Building.rule(.allow, ["expr:(a+)+$"])
        for document in [DecideTests.base([evil]), DecideTests.base([try Building.rule(.block, ["expr:^(?:.*a){20}$"])])] {
            let snapshot = try Building.snapshot(document)
            let url = "http://x.test/?" + String(repeating: "a", count: 60) + "!"
            let decision = snapshot.decide(
                try Building.asked(url), by: snapshot.identify(Asker()), at: at("2026-09-01T12:00:00Z"), state: FreshState())
            #expect(decision.verdict == .block && decision.ground.rule == "policy-error")
            let explained = snapshot.explain(try Building.asked(url), asker: Asker(), at: at("2026-09-01T12:00:00Z"), state: FreshState())
            #expect(explained.rule == "policy-error" && explained.verdict == .block)
            // The expression that used the budget up is told, with the decision and with the explanation.
            let culprit = try #require(snapshot.evidence(ofFailure: decision))
            #expect(culprit == explained.evidence && culprit.list == nil && culprit.entry.contains("a"))
        }
    }

    /// An expression of a list is told with the list and its line, whichever of many it is; a decision of another snapshot is told nothing of.
    @Test(arguments: [1, 2, 7, 40]) func engineFailureInAList(_ line: Int) throws {
        var builder = MatchIndexBuilder()
        let other = builder.source(named: "other")
        let source = builder.source(named: "words")
        try builder.add(ListEntry(kind: .expression, text: "x.test", line: 1), to: other)
        for number in 1...50 {
            let text = number == line ? "^http://x\\.test/(a+)+(b|c)+$" : "t/a{\(number)}[^a]*z$"
            try builder.add(ListEntry(kind: .expression, text: text, line: number), to: source)
        }
        let lists = ListSet(index: try MatchIndex(bytes: builder.finish()), sources: ["words": source, "other": other])
        var document = DecideTests.base([try Building.rule(.allow, ["all"])])
        document.lists += ["words", "other"].map { ListDeclaration(name: $0, source: $0) }
        document.categories.append(
            CategoryDeclaration(
                name: "bad", includes: EntrySources(lists: [ListReference(list: "other"), ListReference(list: "words")])))
        let snapshot = try Building.snapshot(document, lists: lists)
        let now = at("2026-09-01T12:00:00Z")
        let asked = try Building.asked("http://x.test/" + String(repeating: "a", count: 3_000) + "!b")
        let decision = snapshot.decide(asked, by: snapshot.identify(Asker()), at: now, state: FreshState())
        #expect(decision.ground.rule == "policy-error")
        let culprit = try #require(snapshot.evidence(ofFailure: decision))
        #expect(culprit.list == "words" && culprit.line == line && culprit.place == "words, line \(line)")
        #expect(snapshot.explain(asked, asker: Asker(), at: now, state: FreshState()).evidence == culprit)
        #expect(try Building.snapshot(DecideTests.base).evidence(ofFailure: decision) == nil)
        let fine = snapshot.decide(try Building.asked("http://x.test/"), by: snapshot.identify(Asker()), at: now, state: FreshState())
        #expect(snapshot.evidence(ofFailure: fine) == nil)
    }

    /// An identity of another policy is no way in.
    @Test func foreignIdentity() throws {
        var document = DecideTests.base
        document.groups.append(GroupDeclaration(name: "more", addresses: [try #require(IPPrefix("10.0.0.0/8"))]))
        let identity = try Building.snapshot(document).identify(Asker(address: IPAddress("10.1.1.1")))
        let decision = try Building.snapshot(DecideTests.base).decide(
            try Building.asked("http://x.test/"), by: identity, at: at("2026-09-01T12:00:00Z"), state: FreshState())
        #expect(decision.verdict == .block)
    }
}
