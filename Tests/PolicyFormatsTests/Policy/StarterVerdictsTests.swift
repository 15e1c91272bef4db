import PatternMatching
import PolicyCore
import Testing

@testable import PolicyFormats

/// What the policies that Weir ships decide, for each group and at the times that matter. Of every list and member of one a policy uses there
/// is a single entry: `MEMBER.listed.test`.
struct StarterVerdictsTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let who: String
        let url: String
        let time: String
        /// Verdict and rule.
        let answer: String
        /// Whether every budget is used up.
        var isUsedUp = false

        var testDescription: String { "\(who) \(url) \(time)" }

        init(_ who: String, _ url: String, _ time: String, _ answer: String, isUsedUp: Bool = false) {
            (self.who, self.url, self.time, self.answer, self.isUsedUp) = (who, url, time, answer, isUsedUp)
        }
    }

    private struct AllUsed: PolicyState {
        func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
            BudgetUse(minutes: 100_000, bytes: 1 << 50, visits: 100_000)
        }
        func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool { false }
    }

    // MARK: Home

    static let homeRows = [
        // A device nobody has named.
        Row("10.0.0.1", "https://example.com/", "2026-09-01T16:00:00Z", "allow groups.default.default"),
        Row("10.0.0.1", "https://www.pornhub.com/", "2026-09-01T16:00:00Z", "block groups.default.rules[0]"),
        Row("10.0.0.1", "https://bet365.com/", "2026-09-01T16:00:00Z", "block groups.default.rules[0]"),
        Row("10.0.0.1", "https://de.wikipedia.org/wiki/Sex", "2026-09-01T16:00:00Z", "allow groups.default.default"),
        Row("10.0.0.1", "https://news.test/casino-royale", "2026-09-01T16:00:00Z", "allow groups.default.default"),
        Row("10.0.0.1", "https://www.youtube.com/", "2026-09-01T23:00:00Z", "allow groups.default.default"),
        // A child's.
        Row("tablet", "https://wikipedia.org/", "2026-09-01T16:00:00Z", "allow groups.kids.rules[0]"),
        Row("tablet", "https://wikipedia.org/", "2026-09-01T21:00:00Z", "allow groups.kids.rules[0]"),
        Row("tablet", "https://en.wikipedia.org/wiki/Pornography", "2026-09-01T16:00:00Z", "allow groups.kids.rules[0]"),
        Row("tablet", "https://example.com/", "2026-09-01T19:59:00Z", "allow groups.kids.default"),
        Row("tablet", "https://example.com/", "2026-09-01T20:00:00Z", "block groups.kids.rules[2]"),
        Row("tablet", "https://example.com/", "2026-09-02T06:29:00Z", "block groups.kids.rules[2]"),
        Row("tablet", "https://example.com/", "2026-09-02T06:30:00Z", "allow groups.kids.default"),
        Row("tablet", "https://example.com/", "2026-09-04T20:30:00Z", "allow groups.kids.default"),
        Row("tablet", "https://example.com/", "2026-09-04T21:00:00Z", "block groups.kids.rules[2]"),
        Row("tablet", "https://example.com/", "2026-12-24T21:00:00Z", "allow groups.kids.default"),
        Row("tablet", "https://cdn.free-porn.test/", "2026-09-01T16:00:00Z", "block groups.kids.rules[1]"),
        Row("tablet", "https://anything.xxx/", "2026-09-01T16:00:00Z", "block groups.kids.rules[1]"),
        Row("tablet", "https://www.casino7.test/", "2026-09-01T16:00:00Z", "block groups.kids.rules[1]"),
        Row("tablet", "https://tinder.com/", "2026-09-01T16:00:00Z", "block groups.kids.rules[1]"),
        Row("tablet", "https://www.roblox.com/", "2026-09-01T16:00:00Z", "allow groups.kids.rules[3]"),
        Row("tablet", "https://www.roblox.com/", "2026-09-01T16:00:00Z", "block groups.kids.rules[3]", isUsedUp: true),
        Row("tablet", "https://www.youtube.com/", "2026-09-01T16:00:00Z", "allow groups.kids.rules[3]"),
        Row("tablet", "https://www.tiktok.com/", "2026-09-01T16:00:00Z", "block groups.kids.rules[4]"),
        Row("tablet", "https://www.amazon.de/", "2026-09-01T16:00:00Z", "warn groups.kids.rules[5]"),
        Row("tablet", "https://croxyproxy.com/", "2026-09-01T16:00:00Z", "block rules[3]"),
        Row("tablet", "https://www-example-com.translate.goog/", "2026-09-01T16:00:00Z", "block rules[3]"),
        Row("tablet", "https://fr.search.yahoo.com/", "2026-09-01T16:00:00Z", "block rules[3]"),
        Row("tablet", "https://cn.bing.com/", "2026-09-01T16:00:00Z", "block rules[3]"),
        Row("tablet", "https://www.bing.com/", "2026-09-01T16:00:00Z", "allow groups.kids.default"),
        // A teenager's.
        Row("laptop", "https://www.tiktok.com/", "2026-09-01T16:00:00Z", "allow groups.teens.rules[4]"),
        Row("laptop", "https://www.tiktok.com/", "2026-09-01T16:00:00Z", "block groups.teens.rules[4]", isUsedUp: true),
        Row("laptop", "https://www.tiktok.com/", "2026-09-01T22:30:00Z", "block groups.teens.rules[2]"),
        Row("laptop", "https://www.tiktok.com/", "2026-09-04T22:30:00Z", "allow groups.teens.rules[4]"),
        Row("laptop", "https://www.roblox.com/", "2026-09-01T16:00:00Z", "allow groups.teens.rules[3]"),
        Row("laptop", "https://www.youtube.com/", "2026-09-01T16:00:00Z", "allow groups.teens.default"),
        Row("laptop", "https://example.com/", "2026-09-01T23:00:00Z", "allow groups.teens.default"),
        Row("laptop", "https://www.pornhub.com/", "2026-09-01T16:00:00Z", "block groups.teens.rules[1]"),
        Row("laptop", "https://dns.google/", "2026-09-01T16:00:00Z", "block rules[3]"),
        // A parent's.
        Row("phone", "https://www.pornhub.com/", "2026-09-01T23:00:00Z", "allow groups.parents.default"),
        Row("phone", "https://croxyproxy.com/", "2026-09-01T23:00:00Z", "allow groups.parents.default"),
    ]

    @Test(arguments: homeRows) func home(_ row: Row) throws { try check(row, try StarterVerdictsTests.household()) }

    // MARK: School

    static let schoolRows = [
        Row("10.20.5.5", "https://fr.wikipedia.org/", "2026-09-07T09:00:00+02:00", "allow groups.pupils.rules[0]"),
        Row("10.20.5.5", "https://adult.listed.test/", "2026-09-07T12:00:00+02:00", "block groups.pupils.rules[1]"),
        Row("10.20.5.5", "https://drogue.listed.test/", "2026-09-07T12:00:00+02:00", "block groups.pupils.rules[1]"),
        Row("10.20.5.5", "https://www.facebook.com/", "2026-09-07T09:40:00+02:00", "block groups.lower-school.rules[0]"),
        Row("10.20.5.5", "https://chat.listed.test/", "2026-09-12T09:40:00+02:00", "block groups.lower-school.rules[0]"),
        Row("10.20.40.7", "https://chat.listed.test/", "2026-09-12T09:40:00+02:00", "block groups.lower-school.rules[0]"),
        Row("10.20.70.5", "https://www.facebook.com/", "2026-09-07T09:00:00+02:00", "block groups.pupils.rules[3]"),
        Row("10.20.70.5", "https://www.facebook.com/", "2026-09-07T09:35:00+02:00", "allow groups.pupils.default"),
        Row("10.20.70.5", "https://www.facebook.com/", "2026-09-07T09:55:00+02:00", "block groups.pupils.rules[3]"),
        Row("10.20.70.5", "https://www.facebook.com/", "2026-09-07T14:30:00+02:00", "block groups.pupils.rules[3]"),
        Row("10.20.70.5", "https://www.facebook.com/", "2026-09-09T14:30:00+02:00", "allow groups.pupils.default"),
        Row("10.20.70.5", "https://www.facebook.com/", "2026-09-12T09:00:00+02:00", "allow groups.pupils.default"),
        Row("10.20.70.5", "https://www.facebook.com/", "2026-10-20T09:00:00+02:00", "allow groups.pupils.default"),
        Row("10.20.70.5", "https://www.youtube.com/", "2026-09-07T09:40:00+02:00", "allow groups.pupils.rules[4]"),
        Row("10.20.70.5", "https://www.youtube.com/", "2026-09-07T09:40:00+02:00", "block groups.pupils.rules[4]", isUsedUp: true),
        Row("10.20.70.5", "http://files.test/set.up.EXE", "2026-09-07T09:40:00+02:00", "block groups.pupils.rules[5]"),
        Row("10.20.70.5", "https://vpn.listed.test/", "2026-09-07T09:40:00+02:00", "block groups.pupils.rules[2]"),
        Row("10.20.70.5", "http://192.0.2.1/", "2026-09-07T09:40:00+02:00", "block rules[3]"),
        Row("10.20.70.5", "http://10.1.2.3/", "2026-09-07T09:40:00+02:00", "allow groups.pupils.default"),
        Row("10.20.12.5", "https://example.com/", "2027-02-08T09:45:00+01:00", "allow groups.pupils.default"),
        Row("10.20.12.5", "https://example.com/", "2027-02-09T09:45:00+01:00", "block groups.computer-room.rules[1]"),
        Row("10.20.12.5", "https://wikipedia.org/", "2027-02-09T09:45:00+01:00", "block groups.computer-room.rules[1]"),
        Row("10.20.12.5", "https://www.geogebra.org/", "2027-02-09T09:45:00+01:00", "allow groups.computer-room.rules[0]"),
        Row("10.21.1.1", "https://www.facebook.com/", "2026-09-07T09:00:00+02:00", "allow groups.staff.default"),
        Row("10.21.1.1", "https://gambling.listed.test/", "2026-09-07T09:00:00+02:00", "block groups.staff.rules[0]"),
        Row("10.21.1.1", "https://doh.listed.test/", "2026-09-07T09:00:00+02:00", "warn groups.staff.rules[1]"),
        Row("10.21.1.1", "https://phishing.listed.test/", "2026-09-07T09:00:00+02:00", "block rules[0]"),
        Row("head@10.20.70.5", "https://www.facebook.com/", "2026-09-07T09:00:00+02:00", "allow groups.staff.default"),
        Row("10.22.1.1", "https://example.com/", "2026-09-07T09:00:00+02:00", "allow groups.guests.rules[1]"),
        Row("10.22.1.1", "https://example.com/", "2026-09-07T09:00:00+02:00", "block groups.guests.rules[1]", isUsedUp: true),
        Row("10.22.1.1", "https://dating.listed.test/", "2026-09-07T09:00:00+02:00", "block groups.guests.rules[0]"),
        Row("172.16.0.1", "https://example.com/", "2026-09-07T09:00:00+02:00", "block groups.default.default"),
        Row("172.16.0.1", "https://khanacademy.org/", "2026-09-07T09:00:00+02:00", "allow groups.default.rules[0]"),
    ]

    @Test(arguments: schoolRows) func school(_ row: Row) throws { try check(row, try StarterVerdictsTests.snapshot("school")) }

    // MARK: ISP

    static let ispRows = [
        Row("100.64.0.1", "https://example.com/", "2026-09-07T12:00:00+02:00", "allow groups.default.default"),
        Row("100.64.0.1", "https://adult.listed.test/", "2026-09-07T12:00:00+02:00", "allow groups.default.default"),
        Row("100.64.0.1", "https://malware.listed.test/", "2026-09-07T12:00:00+02:00", "allow groups.default.default"),
        Row("100.64.0.1", "https://orders.listed.test/", "2026-09-07T12:00:00+02:00", "block rules[0]"),
        Row("100.64.0.1", "https://control.listed.test/", "2026-09-07T12:00:00+02:00", "block rules[2]"),
        Row("100.80.0.1", "https://malware.listed.test/", "2026-09-07T12:00:00+02:00", "block groups.shield.rules[0]"),
        Row("100.80.0.1", "https://phishing.listed.test/", "2026-09-07T12:00:00+02:00", "block groups.shield.rules[0]"),
        Row("100.80.0.1", "https://adult.listed.test/", "2026-09-07T12:00:00+02:00", "allow groups.default.default"),
        Row("100.96.0.1", "https://lite.duckduckgo.com/", "2026-09-07T12:00:00+02:00", "block groups.family.rules[0]"),
        Row("100.96.0.1", "https://adult.listed.test/", "2026-09-07T12:00:00+02:00", "block groups.family.rules[0]"),
        Row("100.96.0.1", "https://cryptojacking.listed.test/", "2026-09-07T12:00:00+02:00", "block groups.shield.rules[0]"),
        Row("100.96.0.1", "https://example.com/", "2026-09-07T23:00:00+02:00", "allow groups.default.default"),
        Row("100.101.0.1", "https://example.com/", "2026-09-07T21:59:00+02:00", "allow groups.default.default"),
        Row("100.101.0.1", "https://example.com/", "2026-09-07T22:00:00+02:00", "block groups.family-strict.rules[0]"),
        Row("100.101.0.1", "https://www.112.org/", "2026-09-07T23:00:00+02:00", "allow rules[1]"),
        Row("100.101.0.1", "https://redirector.listed.test/", "2026-09-07T12:00:00+02:00", "block groups.family-strict.rules[1]"),
        Row("100.112.0.1", "https://example.com/", "2026-09-07T12:00:00+02:00", "allow groups.fair-use.rules[0]"),
        Row("100.112.0.1", "https://example.com/", "2026-09-07T12:00:00+02:00", "block groups.fair-use.rules[0]", isUsedUp: true),
    ]

    @Test(arguments: ispRows) func isp(_ row: Row) throws { try check(row, try StarterVerdictsTests.snapshot("isp")) }

    // MARK: Settings

    /// Policy, who, safe-search and youtube, whether paths are recorded, whether tunnels that show no name pass.
    static let settingsRows: [(String, String, String, Bool, Bool)] = [
        ("home", "tablet", "on strict", true, true), ("home", "laptop", "on moderate", true, true),
        ("home", "phone", "off off", true, true),
        ("home", "10.0.0.1", "off off", true, true), ("school", "10.20.5.5", "on strict", true, false),
        ("school", "10.20.70.5", "on moderate", true, false), ("school", "10.20.12.5", "on strict", true, false),
        ("school", "10.21.1.1", "off off", false, true), ("school", "172.16.0.1", "on off", true, true),
        ("isp", "100.64.0.1", "off off", false, true), ("isp", "100.80.0.1", "off off", false, true),
        ("isp", "100.96.0.1", "on moderate", false, true), ("isp", "100.101.0.1", "on strict", false, true),
        ("isp", "100.112.0.1", "off off", false, true),
    ]

    @Test(arguments: settingsRows)
    func settings(_ policy: String, _ who: String, _ searches: String, _ records: Bool, _ opaque: Bool) throws {
        let snapshot = policy == "home" ? try StarterVerdictsTests.household() : try StarterVerdictsTests.snapshot(policy)
        let settings = snapshot.settings(for: snapshot.identify(StarterVerdictsTests.asker(who)))
        #expect("\(settings.safeSearch ? "on" : "off") \(settings.youtube.rawValue)" == searches)
        #expect(settings.recordsURL == records && settings.allowsOpaque == opaque)
    }

    // MARK: Asking

    private func check(_ row: Row, _ snapshot: PolicySnapshot) throws {
        let asked = Asked(url: try RequestURL(row.url.utf8), method: "GET")
        let identity = snapshot.identify(StarterVerdictsTests.asker(row.who))
        let now = try #require(Instant(rfc3339: row.time))
        let decision =
            row.isUsedUp
            ? snapshot.decide(asked, by: identity, at: now, state: AllUsed())
            : snapshot.decide(asked, by: identity, at: now, state: FreshState())
        #expect("\(decision.verdict) \(decision.ground.rule)" == row.answer)
    }

    private static let devices = ["tablet": "10.0.0.9", "laptop": "10.0.0.8", "phone": "10.0.0.7"]

    /// A device of the household, an address, or `user@address`.
    private static func asker(_ who: String) -> Asker {
        let parts = who.split(separator: "@")
        return Asker(
            address: IPAddress(devices[who] ?? String(parts.last ?? "")), user: parts.count == 2 ? parts.first.map { String($0) } : nil)
    }

    /// The policy for homes with three devices named.
    private static func household() throws -> PolicySnapshot {
        var text = try StarterPoliciesTests.text("home.yaml")
        for (name, group) in [("tablet", "kids"), ("laptop", "teens"), ("phone", "parents")] {
            let address = try #require(IPPrefix(devices[name] ?? ""))
            text = try PolicyEdit.setClient(ClientDeclaration(name: name, group: group, addresses: [address])).apply(to: text)
        }
        return try snapshot("home", text)
    }

    private static func snapshot(_ name: String) throws -> PolicySnapshot { try snapshot(name, StarterPoliciesTests.text("\(name).yaml")) }

    private static func snapshot(_ name: String, _ text: String) throws -> PolicySnapshot {
        let reading = PolicyReader.read(text, file: "\(name).yaml", zones: FileZones())
        let document = try #require(reading.document, "\(reading.diagnostics)")
        #expect(reading.diagnostics.isEmpty)
        var builder = MatchIndexBuilder()
        var sources: [String: SourceID] = [:]
        for (list, members) in document.usedMembers {
            for member in members {
                let reference = ListReference(list: list, member: member).text
                let source = builder.source(named: reference)
                let host = (member.isEmpty ? list : member).replacing("_", with: "-") + ".listed.test"
                try builder.add(ListEntry(kind: .site, text: host, line: 1), to: source)
                sources[reference] = source
            }
        }
        let lists = sources.isEmpty ? ListSet.none : ListSet(index: try MatchIndex(bytes: builder.finish()), sources: sources)
        return try PolicySnapshot.compile(document, generation: 1, lists: lists, zones: FileZones(), grants: [])
    }
}
