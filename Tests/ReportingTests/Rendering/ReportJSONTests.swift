import Foundation
import Testing

@testable import Reporting

@Suite struct ReportJSONTests {
    @Test func isWhatProgramsAreToldItIs() {
        let columns = [sampleColumn("name", .text), sampleColumn("at", .time), sampleColumn("day", .day), sampleColumn("bits", .hidden)]
        let result = sampleResult(
            columns, [[.text("a\"b/ü"), .integer(1_788_251_400_000), .integer(20_697), .integer(9)], [.none, .none, .none, .none]],
            missing: 3)
        #expect(
            result.json() == """
                {"report":"sample","from":"2026-09-04T00:00:00+00:00","to":"2026-09-11T00:00:00+00:00","timezone":"UTC","complete":false,"missing":3,\
                "columns":["name","at","day"],"rows":[{"name":"a\\"b/ü","at":"2026-09-01T08:30:00+00:00","day":"2026-09-01"},\
                {"name":null,"at":null,"day":null}]}
                """)
    }

    @Test func anyTextComesBackWhole() throws {
        let rows = naughtyNames.map { [ReportValue.text($0), .real(.nan)] }
        let json = sampleResult([sampleColumn("name", .text), sampleColumn("share", .percent)], rows).json()
        let read = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let names = (read["rows"] as? [[String: Any]])?.map { $0["name"] as? String }
        #expect(names?.map { $0.map { Array($0.utf8) } } == naughtyNames.map { Array($0.utf8) })
        #expect(!json.utf8.contains { $0 < 0x20 })
    }
}
