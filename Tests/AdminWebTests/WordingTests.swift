import PolicyCore
import Testing
import VisitStore

@testable import AdminWeb

@Suite struct WordingTests {
    private let wording: Wording

    init() throws {
        let t = try #require(try MessageCatalogue(TestAssets())["en"])
        // 2026-09-01T12:00:00Z, two hours east of UTC.
        wording = Wording(t: t, zone: ReportingZone(name: "Test/East") { _ in 7200 }, now: Instant(milliseconds: 1_788_264_000_000))
    }

    @Test(arguments: [
        (UInt64(0), "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (99_960, "100 kB"), (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (.max, "18447 PB"),
    ])
    func bytes(_ number: UInt64, _ text: String) { #expect(wording.bytes(number) == text) }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1\u{202f}000"), (1_234_567, "1\u{202f}234\u{202f}567"), (-1234, "-1\u{202f}234")])
    func count(_ number: Int, _ text: String) { #expect(wording.count(number) == text) }

    @Test func moments() {
        #expect(wording.clock(wording.now) == "14:00:00")
        #expect(wording.moment(wording.now) == "14:00")
        #expect(wording.moment(Instant(milliseconds: wording.now.milliseconds - 86_400_000)) == "2026-08-31 14:00")
        #expect(wording.fieldMoment(wording.now) == "2026-09-01T14:00")
        #expect(wording.clock(Instant(milliseconds: -1)) == "01:59:59")
    }

    @Test(arguments: [(0, "now"), (-30, "30 s ago"), (-90, "1 min ago"), (3600, "in 1 h"), (-5400, "1 h 30 min ago"), (200_000, "in 2 d")])
    func distance(_ seconds: Int64, _ text: String) {
        #expect(wording.distance(Instant(milliseconds: wording.now.milliseconds + seconds * 1000)) == text)
    }

    @Test(arguments: [
        ("2026-09-01", false, "2026-08-31T22:00:00Z"), ("2026-09-01", true, "2026-09-01T22:00:00Z"),
        ("2026-09-01T08:30", false, "2026-09-01T06:30:00Z"),
        ("2026-09-01 08:30", true, "2026-09-01T06:30:00Z"), ("2026-09-01T08:30:00+05:00", false, "2026-09-01T03:30:00Z"),
    ])
    func readsMoments(_ text: String, _ end: Bool, _ expected: String) throws {
        #expect(try VisitFilter.moment(text, wording.zone, endOfDay: end) == Instant(rfc3339: expected))
    }

    @Test(arguments: ["yesterday", "2026-13-01", "2026-02-30", "2026-09-01T25:00", "2026-09-01T", "99999999999999999999-1-1"])
    func refusesWhatIsNoMoment(_ text: String) {
        #expect(throws: AdminFailure.self) { try VisitFilter.moment(text, wording.zone, endOfDay: false) }
    }

    @Test func rulesAsSentences() throws {
        let t = wording.t
        let document = PolicyDocument(categories: [CategoryDeclaration(name: "games", title: "Games")])
        let sentence = RuleSentence(t, document)
        let rule = RuleDeclaration(
            verb: .block, targets: [PlacedTarget(.category("games")), PlacedTarget(.site("a.example"))], except: [PlacedTarget(.ipHost)],
            during: [NameReference("bedtime")])
        #expect(sentence.text(rule) == "Games and a.example, during bedtime, except bare IP addresses")
        #expect(sentence.verb(rule) == "blocked")
        let limit = RuleDeclaration(
            verb: .limit, targets: [PlacedTarget(.all)], budget: BudgetAmount(amount: 90, unit: .minutes, period: .day))
        #expect(sentence.text(limit) == "everything, 90 min a day")
    }

    @Test(arguments: [
        ([0, 1, 2, 3, 4], "Mon–Fri"), ([0, 2], "Mon, Wed"), ([5, 6], "Sat, Sun"), ([0, 1, 2, 3, 4, 5, 6], "every day"),
        ([0, 1, 3, 4, 5], "Mon, Tue, Thu–Sat"),
    ])
    func days(_ days: [Int], _ text: String) {
        #expect(days.reduce(into: DaySet()) { $0.formUnion(DaySet(weekday: $1)) }.text(wording.t) == text)
    }

    @Test func findsARuleByItsPath() {
        let rule = RuleDeclaration(verb: .block, targets: [PlacedTarget(.all)])
        let document = PolicyDocument(groups: [GroupDeclaration(name: "kids", rules: [rule])], rules: [rule, rule])
        for path in ["rules[1]", "groups.kids.rules[0]"] { #expect(document.rule(at: path) == rule) }
        for path in [
            "rules[2]", "rules[-1]", "groups.kids.rules[1]", "groups.x.rules[0]", "groups.kids.default", "grants[1]", "", "]", "[0]",
        ] {
            #expect(document.rule(at: path) == nil)
        }
    }
}
