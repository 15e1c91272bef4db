import PolicyCore
import Testing

@testable import ProxyServer

@Suite struct PolicyWordsTests {
    private func words(_ language: String = "en") throws -> PolicyWords {
        let templates = try PageFiles.templates()
        return PolicyWords(try PageFixture().snapshot, try #require(templates.catalogues[language]))
    }

    @Test(
        arguments: [
            (0, "0 minutes"), (1, "1 minute"), (60_000, "1 minute"), (61_000, "2 minutes"), (3_600_000, "1 hour"),
            (3_900_000, "1 hour 5 minutes"),
            (47 * 3_600_000, "47 hours"), (49 * 3_600_000, "2 days 1 hour"), (-5, "0 minutes"), (Int64.max, "106751991167 days 7 hours"),
            (Int64.min, "0 minutes"),
        ] as [(Int64, String)]) func durations(milliseconds: Int64, text: String) throws
    {
        #expect(try words().duration(milliseconds) == text)
    }

    @Test(arguments: [
        ("2026-09-01T21:30:00+02:00", "today at 21:30"), ("2026-09-02T00:00:00+02:00", "tomorrow at 00:00"),
        ("2026-08-31T23:59:00+02:00", "yesterday at 23:59"), ("2026-09-04T07:05:00+02:00", "on Friday at 07:05"),
        ("2026-09-08T07:00:00+02:00", "on Tuesday, 8 September at 07:00"), ("2026-08-20T07:00:00+02:00", "on Thursday, 20 August at 07:00"),
    ]) func moments(moment: String, text: String) throws {
        #expect(try words().moment(#require(Instant(rfc3339: moment)), from: PageFixture.afternoon) == text)
    }

    @Test(
        arguments: [
            (0, BudgetAmount.Unit.bytes, "0 B"), (999, .bytes, "999 B"), (1500, .bytes, "1.5 kB"), (2_000_000, .bytes, "2 MB"),
            (UInt64.max, .bytes, "18446744073.7 GB"), (1, .visits, "1 visit"), (90, .minutes, "1 hour 30 minutes"),
        ] as [(UInt64, BudgetAmount.Unit, String)]) func amounts(amount: UInt64, unit: BudgetAmount.Unit, text: String) throws
    {
        #expect(try words().amount(amount, unit) == text)
    }

    @Test func hugeAmountsDoNotTrap() throws {
        for unit in BudgetAmount.Unit.allCases { #expect(try !words().amount(.max, unit).isEmpty) }
    }

    @Test(
        arguments: [
            ("rules[0]", nil, 0), ("groups.kids.rules[12]", "kids", 12), ("groups.kids.default", nil, -1), ("grants[3]", nil, -1),
            ("rules[-1]", nil, -1), ("rules[]", nil, -1), ("rules[99999999999999999999]", nil, -1), ("a.kids.rules[1]", nil, -1),
            ("", nil, -1),
        ] as [(String, String?, Int)]) func rulePlaces(path: String, group: String?, index: Int)
    {
        let place = RulePlace(path)
        #expect(place?.group == group)
        #expect((place?.index ?? -1) == index)
    }
}
