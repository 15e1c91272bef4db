import Testing

@testable import Reporting

/// Charts and pages hold together whatever stands in a name and however many rows there are.
@Suite struct ReportMarkupTests {
    static let amounts: [[Int64]] = [
        [], [0], [1], [.max], [.max, .max, 1], [-5, .min], Array(0..<100), Array(repeating: 3, count: 1_000), [1, 1_000_000_000_000],
    ]
    private static let hour: Int64 = 20_700 * 86_400

    /// A chart of every kind with rows of such amounts.
    static func results(_ amounts: [Int64]) -> [ReportResult] {
        let names = amounts.indices.map { ReportValue.text(naughtyNames[$0 % naughtyNames.count]) }
        let bars = [sampleColumn("name", .text, link: "/visits?site={name}"), sampleColumn("a", .bytes), sampleColumn("b", .count)]
        let rows = zip(names, amounts).map { [$0, .integer($1), .integer($1 / 2)] }
        let series = amounts.enumerated().map { [ReportValue.integer(hour + Int64($0) * 3_600), .integer($1), .integer($1)] }
        let times = [sampleColumn("h", .hour, link: "/visits?from={h}&to={h.end}"), sampleColumn("a", .minutes), sampleColumn("b", .count)]
        let week = [sampleColumn("h", .clock), sampleColumn("w", .weekday), sampleColumn("a", .count)]
        let cells = amounts.enumerated().map { [ReportValue.integer(Int64($0 % 30)), .integer(Int64($0 / 30) - 1), .integer($1)] }
        return [
            sampleResult(bars, rows, chart: ReportChart(kind: .bars, label: "name", value: "a", part: "b"), isCut: true),
            sampleResult(bars, rows, chart: ReportChart(kind: .bars, label: "name", value: "a", plus: "b"), missing: 4),
            sampleResult(bars, rows, chart: ReportChart(kind: .bars, label: "name", value: "a", beside: "b")),
            sampleResult(times, series, chart: ReportChart(kind: .columns, label: "h", value: "a", plus: "b")),
            sampleResult(
                times, series, chart: ReportChart(kind: .columns, label: "h", value: "a"), days: (20_700, 20_760), bound: [.byDay]),
            sampleResult(times, series, chart: ReportChart(kind: .columns, label: "h", value: "a"), days: (20_710, 20_700)),
            sampleResult(times, series, chart: ReportChart(kind: .minutes, label: "h", value: "a"), days: (20_700, 20_700)),
            sampleResult(times, series, chart: ReportChart(kind: .minutes, label: "h", value: "a"), days: (10_000, 20_800)),
            sampleResult(week, cells, chart: ReportChart(kind: .heat, label: "h", value: "a", row: "w")),
            sampleResult(bars, rows),
        ]
    }

    @Test(arguments: amounts) func chartsAreWellFormed(_ amounts: [Int64]) {
        for result in Self.results(amounts) {
            for file in [result.svgFile(), result.svgFile("de"), result.svg() ?? ""] {
                var check = XMLCheck(file)
                let problem = check.problem()
                #expect(problem == nil)
                #expect(check.elements.isSubset(of: ["svg", "title", "desc", "style", "rect", "text", "line"]))
                let known = ["class", "role", "xmlns", "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "rx", "text-anchor"]
                #expect(check.attributes.isSubset(of: known))
                #expect(!file.contains("nan") && !file.contains("inf"))
            }
        }
    }

    /// A page's own style policy forbids `style` attributes and script; nothing but links leads out of it.
    @Test(arguments: amounts) func fragmentsBringNoStyleAndNoScript(_ amounts: [Int64]) {
        for result in Self.results(amounts) {
            var check = XMLCheck(result.fragment())
            let problem = check.problem()
            #expect(problem == nil)
            #expect(check.elements.isDisjoint(with: ["style", "script", "img"]) && !check.attributes.contains("style"))
            #expect(!result.html().contains("<a ") && !result.html().contains("<script"))
        }
    }

    @Test func chartsSayWhatTheyAre() throws {
        let result = try #require(Self.results([1]).first)
        let svg = try #require(result.svg())
        #expect(svg.hasPrefix("<svg class=\"chart\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(
            svg.contains("<title>A &lt;sample&gt; &amp; &quot;more&quot;</title><desc>a, 2026-09-04 – 2026-09-10, UTC; complete</desc>"))
        #expect(result.svgFile().contains("<style>") && !svg.contains("<style>"))
    }

    @Test func cellsLinkToTheirRows() {
        let columns = [
            sampleColumn("name", .text, link: "/visits?site={name}"),
            sampleColumn("visits", .count, link: "/visits?site={name}&verdict=block"),
            sampleColumn("h", .hour, link: "/visits?from={h}&to={h.end}"),
            sampleColumn("day", .day, link: "/visits?from={day}&to={day.end}"),
        ]
        let rows: [[ReportValue]] = [
            [.text("a&b \"c\""), .integer(0), .integer(1_788_249_600), .integer(20_697)], [.none, .integer(2), .none, .none],
        ]
        let html = sampleResult(columns, rows, parameters: ReportParameters(client: "mia & co")).fragment()
        let links = html.matches(of: /href="([^"]*)"/).map { String($0.output.1) }
        #expect(
            links == [
                "/visits?site=a%26b%20%22c%22&amp;from=2026-09-04&amp;to=2026-09-10&amp;client=mia%20%26%20co",
                "/visits?from=2026-09-01T08%3A00%3A00%2B00%3A00&amp;to=2026-09-01T09%3A00%3A00%2B00%3A00&amp;client=mia%20%26%20co",
                "/visits?from=2026-09-01&amp;to=2026-09-01&amp;client=mia%20%26%20co",
            ])
    }
}
