import Testing

@testable import Reporting

@Suite struct ReportCSVTests {
    @Test(arguments: [
        ("plain", "plain"), ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@x", "\"'@x\""), ("\tx", "\"'\tx\""),
        ("\rx", "\"'\rx\""),
        ("=\u{301}1", "\"'=\u{301}1\""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("\"\u{301}", "\"\"\"\u{301}\""),
        ("a\r\nb", "\"a\r\nb\""),
        ("a=1", "a=1"), ("", ""),
    ])
    func defusesFormulas(_ text: String, _ cell: String) {
        let csv = sampleResult([sampleColumn("name", .text), sampleColumn("visits", .count)], [[.text(text), .integer(1)]]).csv()
        #expect(csv == "name,visits\r\n\(cell),1\r\n")
    }

    @Test func numbersAreBareAndMomentsLocal() {
        let columns = [
            sampleColumn("n", .count), sampleColumn("r", .percent), sampleColumn("t", .time), sampleColumn("h", .hour),
            sampleColumn("d", .day),
            sampleColumn("m", .minutes), sampleColumn("b", .bytes), sampleColumn("x", .hidden), sampleColumn("e", .text, empty: "nothing"),
        ]
        let row: [ReportValue] = [
            .integer(-12_345), .real(1.5), .integer(1_788_251_400_000), .integer(1_788_249_600), .integer(20_697), .integer(125),
            .integer(4_200_000),
            .integer(1), .none,
        ]
        let expected = "n,r,t,h,d,m,b,e\r\n-12345,1.5,2026-09-01 08:30,2026-09-01 08:00,2026-09-01,125,4200000,\r\n"
        #expect(sampleResult(columns, [row]).csv() == expected)
    }
}
