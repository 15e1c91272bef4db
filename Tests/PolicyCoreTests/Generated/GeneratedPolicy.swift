import PatternMatching
import Testing

@testable import PolicyCore

/// A policy made at random with everything rules can say, and grants beside it.
struct GeneratedPolicy {
    static let hosts = ["a.test", "b.test", "c.test", "x.a.test", "d.test"]
    /// A path as sent and in canonical form.
    static let paths: [(sent: String, canonical: String)] = [
        ("/", "/"), ("/x", "/x"), ("/y/z", "/y/z"), ("/x/../y", "/y"), ("/y/../x", "/x"), ("//x", "/x"), ("/%79", "/y"), ("/x/./y", "/x/y"),
    ]
    static let sites = ["a.test", "b.test", "=a.test", "*.a.test", "test"]
    static let urls = ["a.test/x", "a.test/y", "test/x", "b.test/y/z", "test/%2579"]
    /// Midnight of a Saturday in Berlin; all moments lie in the two weeks of summer time after it.
    static let start = Instant(seconds: 1_787_954_400)

    var document = PolicyDocument(timezone: "Europe/Berlin")
    var grants: [Grant] = []

    init(_ random: inout SeededGenerator) throws {
        document.categories = (0..<3).map { GeneratedPolicy.category("c\($0)", &random) }
        document.schedules = (0..<2).map { GeneratedPolicy.schedule("s\($0)", &random) }
        document.clients = [
            ClientDeclaration(name: "one", group: "g1", addresses: [try #require(IPPrefix("10.0.1.1"))]),
            ClientDeclaration(name: "two", addresses: [try #require(IPPrefix("10.0.2.0/30"))]),
            ClientDeclaration(name: "three", users: ["tom"]),
        ]
        document.rules = try (0..<Int.random(in: 0...3, using: &random)).map { _ in
            var rule = try GeneratedPolicy.rule(&random)
            rule.isFinal = random.once(in: 3)
            return rule
        }
        document.groups = try ["g1", "g2", "default"].enumerated().map { number, name in
            GroupDeclaration(
                name: name, addresses: name == "default" ? [] : [try #require(IPPrefix("10.0.\(number + 1).0/24"))],
                users: name == "g2" ? ["uma", "tom"] : [],
                inherit: name == "g1" && random.once(in: 2) ? "g2" : name == "g2" && random.once(in: 3) ? "default" : nil,
                rules: try (0..<Int.random(in: 0...4, using: &random)).map { _ in try GeneratedPolicy.rule(&random) },
                defaultVerdict: random.one(of: [nil, .allow, .block]))
        }
        let count = random.once(in: 2) ? 0 : Int64.random(in: 1...3, using: &random)
        grants = (0..<count).map { GeneratedPolicy.grant($0 + 1, &random) }.shuffled(using: &random)
    }

    private static func category(_ name: String, _ random: inout SeededGenerator) -> CategoryDeclaration {
        func entries(_ random: inout SeededGenerator) -> EntrySources {
            let sites = random.some(of: sites).map { OwnEntry(key: .sites, text: $0) }
            let urls = random.some(of: urls).map { OwnEntry(key: .urls, text: $0) }
            return EntrySources(entries: random.one(of: [sites, urls, sites + urls]))
        }
        let includes = entries(&random)
        return CategoryDeclaration(name: name, includes: includes, excepts: random.once(in: 2) ? entries(&random) : EntrySources())
    }

    private static func schedule(_ name: String, _ random: inout SeededGenerator) -> ScheduleDeclaration {
        let windows = (0..<Int.random(in: 1...2, using: &random)).map { _ in
            WeeklyWindow(
                days: DaySet(rawValue: UInt8.random(in: 1...127, using: &random)), from: 30 * Int.random(in: 0..<48, using: &random),
                to: 30 * Int.random(in: 1...48, using: &random))
        }
        return ScheduleDeclaration(name: name, windows: windows)
    }

    private static let targets = ["c0", "c1", "c2", "site:d.test", "site:=a.test", "url:a.test/x", "url:test/y", "uncategorized", "all"]

    private static func rule(_ random: inout SeededGenerator) throws -> RuleDeclaration {
        let verb = random.one(of: RuleDeclaration.Verb.allCases)
        var rule = try Building.rule(
            verb, random.some(of: targets), except: random.once(in: 3) ? random.some(of: targets) : [],
            only: random.once(in: 4) ? random.some(of: ["one", "two", "three", "g1", "g2"]) : [],
            during: random.once(in: 3) ? random.some(of: ["s0", "s1"]) : [],
            budget: verb == .limit
                ? BudgetAmount(
                    amount: 5, unit: random.one(of: BudgetAmount.Unit.allCases), period: random.one(of: BudgetAmount.Period.allCases),
                    isShared: random.once(in: 3)) : nil)
        if let budget = rule.budget, budget.period != .hour, random.once(in: 2) { rule.budget?.resets = 240 }
        if random.once(in: 5) { rule.exceptDuring = [NameReference("s1")] }
        return rule
    }

    private static func grant(_ id: Int64, _ random: inout SeededGenerator) -> Grant {
        let from = start.seconds + 60 * Int64.random(in: 0..<14_400, using: &random)
        let until = random.once(in: 4) ? nil : Instant(seconds: from + 60 * Int64.random(in: 1...4_320, using: &random))
        return Grant(
            id: id, scope: random.one(of: [.everyone, .group("g1"), .group("g2"), .client("one"), .client("10.0.3.1"), .client("uma")]),
            allows: random.once(in: 2), target: random.one(of: targets), from: Instant(seconds: from), until: until)
    }

    func snapshot() throws -> PolicySnapshot { try Building.snapshot(document, grants: grants) }
}

/// One request to a generated policy.
struct GeneratedRequest {
    let host: String
    let path: (sent: String, canonical: String)
    let asker: Asker
    let now: Instant

    init(_ random: inout SeededGenerator) throws {
        host = random.one(of: GeneratedPolicy.hosts)
        path = random.one(of: GeneratedPolicy.paths)
        // Of a type of its own: as a parameter that may be nil it would be required of nothing.
        let address: IPAddress = try #require(
            IPAddress("10.0.\(Int.random(in: 0...3, using: &random)).\(Int.random(in: 1...5, using: &random))"))
        asker = Asker(address: address, user: random.one(of: [nil, nil, nil, "tom", "uma", "nobody"]))
        now = Instant(seconds: GeneratedPolicy.start.seconds + 60 * Int64.random(in: 0..<10_080, using: &random))
    }

    func asked() throws -> Asked { try Building.asked("https://\(host)\(path.sent)") }
}

/// What was used and continued by one moment: of budgets that are used five of everything, one minute of which may be the moment's own.
struct GeneratedState: PolicyState {
    let at: Instant
    let countsThisMinute: Bool
    let continuedTo: Instant
    /// Rules whose budget some have used, and whose warning some have passed: those whose name ends in an even or odd byte.
    private let rules: Set<String>
    private let parity: UInt8

    init(_ request: GeneratedRequest, _ policy: GeneratedPolicy, _ random: inout SeededGenerator) {
        at = request.now
        countsThisMinute = random.once(in: 3)
        continuedTo = Instant(seconds: request.now.seconds + 60 * Int64.random(in: 1...600, using: &random))
        parity = UInt8.random(in: 0...1, using: &random)
        var rules: Set<String> = []
        for index in policy.document.rules.indices where random.once(in: 2) { rules.insert("rules[\(index)]") }
        for group in policy.document.groups {
            for index in group.rules.indices where random.once(in: 2) { rules.insert("groups.\(group.name).rules[\(index)]") }
        }
        self.rules = rules
    }

    func hasUsed(_ owner: String, _ rule: String) -> Bool { rules.contains(rule) && (owner.utf8.last ?? 0) % 2 == parity }

    func hasPassed(_ client: String, _ rule: String, _ site: String) -> Bool { hasUsed(client, rule) && site != "c.test" }

    func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
        guard from <= at, at < to, hasUsed(budget.owner, budget.rule) else { return BudgetUse() }
        return BudgetUse(minutes: 5, bytes: 5, visits: 5, currentMinuteCounted: countsThisMinute && now.minute == at.minute)
    }

    func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool {
        now < continuedTo && hasPassed(client, rule, site)
    }

    func continuedUntil(client: String, rule: String, site: String, now: Instant) -> Instant? {
        hasContinued(client: client, rule: rule, site: site, now: now) ? continuedTo : nil
    }
}
