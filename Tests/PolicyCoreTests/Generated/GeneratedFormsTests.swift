import PatternMatching
import Testing

@testable import PolicyCore

/// URLs spelled in many ways, made at random.
struct GeneratedFormsTests {
    static let seeds: [UInt64] = [1, 2, 3, 4]

    // MARK: Canonical and as sent

    /// A path of plain segments and the same one spelled otherwise.
    private static func path(_ random: inout SeededGenerator) -> (canonical: String, sent: String) {
        let segments = (0..<Int.random(in: 1...3, using: &random)).map { _ in random.one(of: ["a", "b", "c", "ab"]) }
        var sent = ""
        for segment in segments {
            switch Int.random(in: 0...6, using: &random) {
            case 0: sent += "/\(random.one(of: ["a", "b", "c"]))/.."
            case 1: sent += "/."
            case 2: sent += "/"
            case 3: sent += "/\(random.one(of: ["a", "b", "c"]))/%2E%2e"
            default: break
            }
            sent += "/" + segment.map { random.once(in: 4) ? "%\(String($0.asciiValue ?? 0, radix: 16))" : String($0) }.joined()
        }
        return ("/" + segments.joined(separator: "/"), sent)
    }

    private static func isBelow(_ path: String, _ entry: String) -> Bool {
        path == entry || path.hasPrefix(entry + "/")
    }

    /// What tightens matches on either form, what loosens on the canonical one, for targets and exceptions of every verb, written in place
    /// or in a category.
    @Test(arguments: seeds, RuleDeclaration.Verb.allCases) func bothForms(_ seed: UInt64, _ verb: RuleDeclaration.Verb) throws {
        var random = SeededGenerator(state: seed)
        let budget = verb == .limit ? BudgetAmount(amount: 1, unit: .visits, period: .day) : nil
        for _ in 0..<250 {
            let entry = "/" + random.some(of: ["a", "b", "c", "ab"]).joined(separator: "/")
            let isCategory = random.once(in: 2)
            let target = isCategory ? "c" : "url:x.test\(entry)"
            let isException = random.once(in: 2)
            let rule = try Building.rule(
                verb, isException ? ["site:x.test"] : [target], except: isException ? [target] : [], budget: budget)
            var document = DecideTests.base([rule], defaultVerdict: verb == .allow ? .block : .allow)
            document.categories.append(
                CategoryDeclaration(name: "c", includes: EntrySources(entries: [OwnEntry(key: .urls, text: "x.test\(entry)")])))
            let snapshot = try Building.snapshot(document)
            for _ in 0..<4 {
                let (canonical, sent) = GeneratedFormsTests.path(&random)
                let either = GeneratedFormsTests.isBelow(canonical, entry) || GeneratedFormsTests.isBelow(sent, entry)
                let own = GeneratedFormsTests.isBelow(canonical, entry)
                let tightens = verb != .allow
                let applies = isException ? !(tightens ? own : either) : (tightens ? either : own)
                let found = try snapshot.verdict("http://x.test\(sent)")
                #expect(
                    (found.rule == "groups.default.rules[0]") == applies,
                    "seed \(seed): \(verb) \(isException ? "except " : "")\(target): \(sent) is \(canonical)")
            }
        }
    }

    /// The same of a list with exceptions of its own, which stands in a category: among what is in it, or among its exceptions.
    @Test(arguments: seeds, RuleDeclaration.Verb.allCases) func exceptionsInsideLists(_ seed: UInt64, _ verb: RuleDeclaration.Verb) throws {
        var random = SeededGenerator(state: seed &+ 77)
        let budget = verb == .limit ? BudgetAmount(amount: 1, unit: .visits, period: .day) : nil
        var (seen, looser) = (0, 0)
        for _ in 0..<250 {
            let (entry, except) = (GeneratedFormsTests.entry(&random), GeneratedFormsTests.entry(&random))
            let isException = random.once(in: 2)
            let snapshot = try GeneratedFormsTests.listed(entry, except, isException, verb, budget, isExpression: random.once(in: 3))
            for _ in 0..<4 {
                let (canonical, sent) = GeneratedFormsTests.path(&random)
                func isOn(_ entry: String, _ either: Bool) -> Bool {
                    GeneratedFormsTests.isBelow(canonical, entry) || (either && GeneratedFormsTests.isBelow(sent, entry))
                }
                // The list tightens where a tightening rule is about it, and where it is an exception to an `allow`.
                let tightens = (verb != .allow) != isException
                let isListed = isOn(entry, tightens) && !isOn(except, !tightens)
                let applies = isListed != isException
                let found = try snapshot.verdict("http://x.test\(sent)")
                #expect(
                    (found.rule == "groups.default.rules[0]") == applies,
                    "seed \(seed): \(verb) \(isException ? "except " : "")\(entry) without \(except): \(sent) is \(canonical)")
                if isOn(entry, tightens), isOn(except, true), canonical != sent { seen += 1 }
                if isOn(entry, false), isOn(except, true), !isOn(except, false) { looser += 1 }
                let explained = snapshot.explain(
                    try Building.asked("http://x.test\(sent)"), asker: Asker(), at: GeneratedPolicy.start, state: FreshState())
                #expect((explained.evidence?.list == "l") == (applies && !isException), "seed \(seed): \(explained)")
            }
        }
        #expect(seen > 10 && looser > 0, "\(seen), \(looser)")
    }

    private static func entry(_ random: inout SeededGenerator) -> String {
        "/" + (0..<Int.random(in: 1...2, using: &random)).map { _ in random.one(of: ["a", "b", "c", "ab"]) }.joined(separator: "/")
    }

    /// A rule about `c`, which holds a list of one entry and one exception, or everything but that list.
    private static func listed(
        _ entry: String, _ except: String, _ isException: Bool, _ verb: RuleDeclaration.Verb, _ budget: BudgetAmount?, isExpression: Bool
    ) throws -> PolicySnapshot {
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "l")
        for (path, isExcepted) in [(entry, false), (except, true)] {
            let text = isExpression ? "^http://x\\.test\(path)(?:$|/)" : "x.test\(path)"
            try builder.add(ListEntry(kind: isExpression ? .expression : .url, text: text, isException: isExcepted, line: 1), to: source)
        }
        let lists = ListSet(index: try MatchIndex(bytes: builder.finish()), sources: ["l": source])
        let sources = EntrySources(lists: [ListReference(list: "l")])
        let all = EntrySources(entries: [Building.site("x.test")])
        var document = DecideTests.base([try Building.rule(verb, ["c"], budget: budget)], defaultVerdict: verb == .allow ? .block : .allow)
        document.lists.append(ListDeclaration(name: "l", source: "l"))
        document.categories.append(
            isException
                ? CategoryDeclaration(name: "c", includes: all, excepts: sources) : CategoryDeclaration(name: "c", includes: sources))
        return try Building.snapshot(document, lists: lists)
    }

    /// The list that explains a verdict is the one its visit is recorded under, though one holds a form of the URL and the next the other.
    @Test(arguments: seeds, RuleDeclaration.Verb.allCases) func evidenceIsOfTheRecordedList(_ seed: UInt64, _ verb: RuleDeclaration.Verb)
        throws
    {
        var random = SeededGenerator(state: seed &+ 99)
        let budget = verb == .limit ? BudgetAmount(amount: 1, unit: .visits, period: .day) : nil
        var (seen, apart) = (0, 0)
        for _ in 0..<150 {
            var builder = MatchIndexBuilder()
            var sources: [String: SourceID] = [:]
            for name in ["l1", "l2", "l3"] {
                let source = builder.source(named: name)
                sources[name] = source
                for line in 1...2 {
                    let text = "x.test" + GeneratedFormsTests.entry(&random)
                    try builder.add(ListEntry(kind: .url, text: text, isException: random.once(in: 4), line: line), to: source)
                }
            }
            let lists = ListSet(index: try MatchIndex(bytes: builder.finish()), sources: sources)
            var document = DecideTests.base(
                [try Building.rule(verb, ["c"], budget: budget)], defaultVerdict: verb == .allow ? .block : .allow)
            let order = ["l1", "l2", "l3"].shuffled(using: &random)
            document.lists += order.map { ListDeclaration(name: $0, source: $0) }
            document.categories.append(
                CategoryDeclaration(name: "c", includes: EntrySources(lists: order.map { ListReference(list: $0) })))
            let snapshot = try Building.snapshot(document, lists: lists)
            for _ in 0..<6 {
                let url = "http://x.test\(GeneratedFormsTests.path(&random).sent)"
                let asked = try Building.asked(url)
                let decision = snapshot.decide(
                    asked, by: snapshot.identify(Asker()), at: GeneratedPolicy.start, state: FreshState())
                let explained = snapshot.explain(asked, asker: Asker(), at: GeneratedPolicy.start, state: FreshState())
                #expect(explained.evidence?.list == decision.ground.list, "seed \(seed): \(verb) \(url) \(order)")
                if decision.ground.list != nil { seen += 1 }
                if decision.ground.list != nil, asked.url.sent != nil { apart += 1 }
            }
        }
        #expect(seen > 50 && apart > 10, "\(seen), \(apart)")
    }

    /// What is in no category as sent is uncategorized to what tightens, though an exception of a list says so in that form alone.
    @Test func uncategorizedAsSent() throws {
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "l")
        try builder.add(ListEntry(kind: .site, text: "x.test", line: 1), to: source)
        try builder.add(ListEntry(kind: .url, text: "x.test/free", isException: true, line: 2), to: source)
        let lists = ListSet(index: try MatchIndex(bytes: builder.finish()), sources: ["l": source])
        for (verb, sly) in [(RuleDeclaration.Verb.block, Verdict.block), (.allow, .block)] {
            var document = DecideTests.base(
                [try Building.rule(verb, ["uncategorized"])], defaultVerdict: verb == .allow ? .block : .allow)
            document.lists.append(ListDeclaration(name: "l", source: "l"))
            document.categories.append(CategoryDeclaration(name: "c", includes: EntrySources(lists: [ListReference(list: "l")])))
            let snapshot = try Building.snapshot(document, lists: lists)
            #expect(try snapshot.verdict("http://x.test/free/../a").verdict == sly)
            #expect(try snapshot.verdict("http://x.test/free").verdict == (verb == .allow ? .allow : .block))
            #expect(try snapshot.verdict("http://x.test/a").verdict == (verb == .allow ? .block : .allow))
        }
    }

    // MARK: A subdomain never escapes

    /// A parent, as it may be written in a policy, its canonical labels, and a host that only looks like one below it.
    private static let parents: [(written: [String], labels: [String])] = [
        (["parent.test", "PARENT.test.", "ｐａｒｅｎｔ.test"], ["parent", "test"]),
        (["bücher.test", "xn--bcher-kva.test", "BÜCHER.test"], ["bücher", "test"]),
        (["deep.down.co.uk", "Deep.Down.CO.UK"], ["deep", "down", "co", "uk"]),
        (["пример.test", "xn--e1afmkfd.test"], ["пример", "test"]), (["lonely"], ["lonely"]),
    ]

    /// A host name spelled otherwise: case, full-width letters and dots, percent-encoding, a dot at the end.
    private static func spelled(_ labels: [String], _ random: inout SeededGenerator) -> String {
        let mode = Int.random(in: 0...4, using: &random)
        let dots = mode == 3 ? ["。", "．", "｡", "."] : ["."]
        var text = ""
        for (number, label) in labels.enumerated() {
            if number > 0 { text += random.one(of: dots) }
            for scalar in label.unicodeScalars { text += spelled(scalar, mode, &random) }
        }
        return text + (random.once(in: 4) ? "." : "")
    }

    private static func spelled(_ scalar: Unicode.Scalar, _ mode: Int, _ random: inout SeededGenerator) -> String {
        let text = String(scalar)
        switch mode {
        case 1: return random.once(in: 2) ? text.uppercased() : text
        case 2 where random.once(in: 2):
            return text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: Bool.random(using: &random)) }.joined()
        case 3 where scalar.isASCII && scalar.value > 0x20:
            return Unicode.Scalar(scalar.value + 0xfee0).map { String($0) } ?? text
        default: return text
        }
    }

    @Test(arguments: seeds) func subdomainsNeverEscape(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for parent in GeneratedFormsTests.parents {
            for written in parent.written {
                let blocking = try GeneratedFormsTests.holding(written, .block)
                let allowing = try GeneratedFormsTests.holding(written, .allow)
                for _ in 0..<40 {
                    let below = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                        random.one(of: ["www", "a", "x-1", "кот", "test", "co"])
                    }
                    let host = GeneratedFormsTests.spelled(below + parent.labels, &random)
                    let port = random.one(of: ["", ":8443"])
                    let url = "https://\(host)\(port)/\(random.one(of: ["", "a", "?\(written)"]))"
                    #expect(try blocking.verdict(url).verdict == .block, "seed \(seed): \(url) escapes \(written)")
                    #expect(try allowing.verdict(url).verdict == .allow, "seed \(seed): \(url) is not in \(written)")
                    try GeneratedFormsTests.tunnel("\(host):443", blocking, seed)
                    // Another label in front of the parent's first, without a dot, is another site.
                    let other = GeneratedFormsTests.spelled(below + ["not" + parent.labels[0]] + parent.labels.dropFirst(), &random)
                    #expect(try blocking.verdict("https://\(other)/").verdict == .allow, "seed \(seed): \(other) is not in \(written)")
                }
            }
        }
    }

    /// A tunnel to it is blocked too, where it is a target at all.
    private static func tunnel(_ target: String, _ blocking: PolicySnapshot, _ seed: UInt64) throws {
        guard let url = try? RequestURL(connect: target.utf8) else { return }
        let decision = blocking.decide(
            Asked(url: url, method: "CONNECT"), by: blocking.identify(Asker()), at: GeneratedPolicy.start, state: FreshState())
        #expect(decision.verdict == .block, "seed \(seed): a tunnel to \(target) escapes")
    }

    /// The site in a category, in a list and in place: any of them must do.
    private static func holding(_ site: String, _ verb: RuleDeclaration.Verb) throws -> PolicySnapshot {
        var document = DecideTests.base([try Building.rule(verb, ["parent"])], defaultVerdict: verb == .allow ? .block : .allow)
        document.categories.append(Building.category("parent", [site]))
        return try Building.snapshot(document)
    }
}
