import Testing

@testable import Reporting

@Suite struct ReportTextTests {
    private let columns = [sampleColumn("name", .text, title: "Name", empty: "no host"), sampleColumn("visits", .count, title: "Visits")]

    @Test func alignsNamesLeftAndNumbersRight() {
        let result = sampleResult(columns, [[.text("a.example"), .integer(12_345)], [.none, .integer(7)]], isCut: true, missing: 2)
        #expect(
            result.text() == """
                A <sample> & "more"  (2026-09-04 – 2026-09-10, UTC; 2 visits missing)

                Name       Visits
                a.example  12\u{202f}345
                no host         7

                Only the first 2 rows; there are more.

                """)
    }

    @Test func nothingIsSaidToBeNothing() {
        #expect(sampleResult(columns, []).text().hasSuffix("complete)\n\nNothing recorded\n"))
        #expect(sampleResult(columns, [], missing: 0).text("de").contains("Ein Muster  (2026-09-04 – 2026-09-10, UTC; Besuche fehlen"))
    }

    @Test func noNameMovesTheCursor() {
        let text = sampleResult(columns, naughtyNames.map { [.text($0), .integer(1)] }).text()
        #expect(!text.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0 == "\u{202e}" || (0x7f...0x9f).contains($0.value)) })
        #expect(text.split(separator: "\n").count == naughtyNames.count + 2)
    }
}
