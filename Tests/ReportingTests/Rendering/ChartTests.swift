import Testing

@testable import Reporting

@Suite struct ChartTests {
    @Test(arguments: [
        (0.0, ReportColumn.Kind.count, [Int64(0), 1]), (1, .count, [0, 1]), (3, .count, [0, 1, 2, 3]), (17, .count, [0, 5, 10, 15, 20]),
        (100, .count, [0, 50, 100]), (1_001, .bytes, [0, 500, 1_000, 1_500]), (45, .minutes, [0, 15, 30, 45]),
        (61, .minutes, [0, 15, 30, 45, 60, 75]),
        (700, .minutes, [0, 180, 360, 540, 720]), (20_000, .minutes, [0, 7_200, 14_400, 21_600]),
    ])
    func stepsAreRound(_ most: Double, _ kind: ReportColumn.Kind, _ ticks: [Int64]) {
        #expect(ChartScale(most: most, kind: kind).ticks == ticks)
    }

    @Test(arguments: [9.3e18, .infinity, .nan, -4]) func scalesOfAnythingHold(_ most: Double) {
        for kind in [ReportColumn.Kind.count, .bytes, .minutes] {
            let scale = ChartScale(most: most, kind: kind)
            #expect(scale.top > 0 && (2...8).contains(scale.ticks.count))
        }
    }

    @Test func textIsCutWhereItDoesNotFit() {
        #expect(ChartText.fit("short", 100) == "short")
        let cut = ChartText.fit(String(repeating: "long-", count: 40), 100)
        #expect(cut.hasSuffix("…") && ChartText.width(cut) <= 110 && cut.count > 8)
        #expect(ChartText.fit("日本語のとても長い名前", 60).count < 6)
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1_000, "1 kB"), (1_550, "1.6 kB"), (99_949, "99.9 kB"), (123_456, "123 kB"), (999_999, "1 MB"),
        (123_456_789, "123 MB"),
        (Int64.max, "9.2 EB"), (-1_500, "-1.5 kB"),
    ])
    func sizes(_ bytes: Int64, _ text: String) { #expect(CellText.size(bytes) == text) }

    @Test(arguments: [(0, "0 min"), (59, "59 min"), (60, "1 h"), (135, "2 h 15 min"), (100_000, "1\u{202f}666 h 40 min")])
    func durations(_ minutes: Int64, _ text: String) { #expect(CellText.duration(minutes) == text) }

    @Test func aDaysMinutesRunTogetherAcrossHours() {
        var lane = DayLane(day: 0)
        lane.add(0b111 << 57, at: 60)
        lane.add(0b1011, at: 120)
        #expect(lane.count == 6 && lane.runs == [117..<122, 123..<124])
    }
}
