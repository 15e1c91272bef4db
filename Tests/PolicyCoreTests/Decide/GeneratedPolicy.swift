import PatternMatching
import Testing

@testable import PolicyCore

/// A policy made at random, with a slow reading of it that shares nothing with the compiled one.
struct GeneratedPolicy {
    static let hosts = ["a.test", "b.test", "c.test", "x.a.test", "d.test"]
    static let entries = ["a.test", "b.test", "=a.test", "*.a.test", "test"]

    var document = PolicyDocument(timezone: "Europe/Berlin")

    init(_ random: inout some RandomNumberGenerator) throws {
        document.categories = try (0..<3).map { number in
            Building.category(
                "c\(number)", Self.pick(Self.entries, &random), except: Bool.random(using: &random) ? Self.pick(Self.entries, &random) : [])
        }
        document.schedules = (0..<2).map { number in
            ScheduleDeclaration(
                name: "s\(number)",
                windows: [
                    WeeklyWindow(
                        days: DaySet(rawValue: UInt8.random(in: 1...127, using: &random)),
                        from: 30 * Int.random(in: 0..<48, using: &random),
                        to: 30 * Int.random(in: 1...48, using: &random))
                ])
        }
        document.clients = [
            ClientDeclaration(name: "one", group: "g1", addresses: [try #require(IPPrefix("10.0.1.1"))]),
            ClientDeclaration(name: "two", addresses: [try #require(IPPrefix("10.0.2.2"))]),
        ]
        document.rules = try Self.rules(Int.random(in: 0...2, using: &random), &random)
        document.groups = try ["g1", "g2", "default"].enumerated().map { number, name in
            GroupDeclaration(
                name: name, addresses: name == "default" ? [] : [try #require(IPPrefix("10.0.\(number + 1).0/24"))],
                inherit: name == "g1" && Bool.random(using: &random) ? "g2" : nil,
                rules: try Self.rules(Int.random(in: 0...4, using: &random), &random),
                defaultVerdict: [nil, .allow, .block].randomElement(using: &random) ?? nil)
        }
    }

    private static func pick(_ all: [String], _ random: inout some RandomNumberGenerator) -> [String] {
        Array(all.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)))
    }

    private static func rules(_ count: Int, _ random: inout some RandomNumberGenerator) throws -> [RuleDeclaration] {
        let targets = ["c0", "c1", "c2", "site:d.test", "site:=a.test", "uncategorized", "all"]
        var rules: [RuleDeclaration] = []
        for _ in 0..<count {
            var rule = try Building.rule(
                [.allow, .block, .warn].randomElement(using: &random) ?? .allow, pick(targets, &random),
                except: Int.random(in: 0...2, using: &random) == 0 ? pick(targets, &random) : [],
                only: Int.random(in: 0...3, using: &random) == 0 ? pick(["one", "two", "g1", "g2"], &random) : [],
                during: Int.random(in: 0...2, using: &random) == 0 ? pick(["s0", "s1"], &random) : [])
            if Int.random(in: 0...4, using: &random) == 0 { rule.exceptDuring = [NameReference("s1")] }
            rules.append(rule)
        }
        return rules
    }

    // MARK: The slow reading

    func answer(host: String, address: IPAddress, now: Instant) -> (verdict: Verdict, rule: String) {
        let client = document.clients.first { $0.addresses.contains { $0.contains(address) } }
        let byAddress = document.groups.first { $0.addresses.contains { $0.contains(address) } }?.name ?? "default"
        let group = client?.group ?? byAddress
        for (number, rule) in document.rules.enumerated() where applies(rule, host, client?.name, group, now) {
            return (verdict(rule), "rules[\(number)]")
        }
        var line = document.groups.filter { $0.name == group }
        while let next = line.last?.inherit, let found = document.groups.first(where: { $0.name == next }) { line.append(found) }
        for member in line {
            for (number, rule) in member.rules.enumerated() where applies(rule, host, client?.name, group, now) {
                return (verdict(rule), "groups.\(member.name).rules[\(number)]")
            }
        }
        let written = line.first { $0.defaultVerdict != nil }
        return (written?.defaultVerdict ?? .allow, "groups.\(written?.name ?? group).default")
    }

    private func verdict(_ rule: RuleDeclaration) -> Verdict {
        switch rule.verb {
        case .allow: .allow
        case .warn: .warn
        default: .block
        }
    }

    private func applies(_ rule: RuleDeclaration, _ host: String, _ client: String?, _ group: String, _ now: Instant) -> Bool {
        let isMeant = rule.only.isEmpty || rule.only.contains { $0.name == client || $0.name == group }
        let isTime = rule.during.isEmpty || rule.during.contains { isOpen($0.name, now) }
        return isMeant && isTime && !rule.exceptDuring.contains { isOpen($0.name, now) } && rule.targets.contains { holds($0.target, host) }
            && !rule.except.contains { holds($0.target, host) }
    }

    private func holds(_ target: Target, _ host: String) -> Bool {
        switch target {
        case .all: true
        case .uncategorized: !document.categories.contains { isIn($0, host) }
        case .category(let name): document.categories.contains { $0.name == name && isIn($0, host) }
        case .site(let entry): matches(entry, host)
        default: false
        }
    }

    private func isIn(_ category: CategoryDeclaration, _ host: String) -> Bool {
        category.includes.entries.contains { matches($0.text, host) } && !category.excepts.entries.contains { matches($0.text, host) }
    }

    private func matches(_ entry: String, _ host: String) -> Bool {
        if entry.hasPrefix("=") { return host == entry.dropFirst() }
        if entry.hasPrefix("*.") { return host.hasSuffix(entry.dropFirst()) }
        return host == entry || host.hasSuffix("." + entry)
    }

    /// All generated moments lie in summer: the clock is two hours ahead.
    private func isOpen(_ name: String, _ now: Instant) -> Bool {
        let local = now.seconds + 7200
        let minute = Int(local % 86_400) / 60
        let weekday = Int(local / 86_400 + 3) % 7
        return document.schedules.contains { schedule in
            schedule.name == name
                && schedule.windows.contains { window in
                    let overnight = window.to <= window.from
                    return (window.days.contains(weekday: weekday) && minute >= window.from && (overnight || minute < window.to))
                        || (overnight && window.days.contains(weekday: (weekday + 6) % 7) && minute < window.to)
                }
        }
    }
}

/// The same numbers every time (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
