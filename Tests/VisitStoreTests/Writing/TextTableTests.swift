import Testing

@testable import VisitStore

@Suite struct TextTableTests {
    @Test func textsAreFoundByKindAndBytes() {
        var table = TextTable()
        let texts = (0..<5_000).map { "text \($0 % 2_500)" } + ["é", "e\u{301}", ""]
        var entries: [String: Int] = [:]
        for (number, text) in texts.enumerated() {
            let kind: Int64 = number < 2_500 ? 1 : 2
            Array(text.utf8).withUnsafeBytes { bytes in
                #expect(table.find(kind, bytes) == nil)
                entries["\(kind) \(Array(text.utf8))"] = table.add(kind, bytes, (Int64(number), -Int64(number)))
            }
        }
        #expect(table.count == texts.count && Set(entries.values).count == texts.count)
        for (number, text) in texts.enumerated() {
            let kind: Int64 = number < 2_500 ? 1 : 2
            Array(text.utf8).withUnsafeBytes { bytes in
                guard let entry = table.find(kind, bytes) else {
                    Issue.record("\(text) is not there")
                    return
                }
                #expect(table.numbers(entry) == (Int64(number), -Int64(number)) && table.holds(entry, bytes))
            }
        }
        Array("text 1".utf8).withUnsafeBytes { #expect(table.find(3, $0) == nil && !table.holds(0, $0)) }
    }

    @Test func sumsAreThoseOfTheirKeys() {
        var table = SumTable<DayKey>()
        for round in 0..<2 {
            for number in 0..<6_000 as Range<Int64> {
                let key = DayKey(day: number % 3, client: number % 7, id: number % 500, verdict: number % 2, hourOfDay: Int(number % 24))
                table.add(RollUpTotals(visits: 1, up: UInt64(number), bits: 1 << UInt64(number % 60)), at: key)
            }
            var expected: [String: RollUpTotals] = [:]
            for number in 0..<6_000 as Range<Int64> {
                let key = "\(number % 3) \(number % 7) \(number % 500) \(number % 2) \(number % 24)"
                expected[key, default: RollUpTotals()] += RollUpTotals(visits: 1, up: UInt64(number), bits: 1 << UInt64(number % 60))
            }
            #expect(table.rows.count == expected.count)
            for (key, totals) in table.rows {
                #expect(expected["\(key.day) \(key.client) \(key.id) \(key.verdict) \(key.hourOfDay)"] == totals)
            }
            if round == 0 { table.removeAll() }
            #expect(round == 1 || table.isEmpty)
        }
    }
}
