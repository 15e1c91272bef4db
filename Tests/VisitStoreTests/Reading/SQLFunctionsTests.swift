import GRDB
import Testing

@testable import VisitStore

@Suite struct SQLFunctionsTests {
    private func value(_ sql: String) throws -> Int64? {
        let directory = try TemporaryDirectory()
        return try VisitDatabase.openWriter(directory: directory.path).read { try Int64.fetchOne($0, sql: "SELECT " + sql) }
    }

    static let calls: [(String, Int64)] = [
        ("minutes_count(7)", 3),
        ("minutes_count(NULL)", 0),
        ("minutes_count('text')", 0),
        ("minutes_count(x'00')", 0),
        ("minutes_count(x'00000000')", 0),
        ("minutes_count(x'ffffffff00')", 0),
        ("minutes_count(x'01000000ff00000000000000')", 8),
        ("minutes_count(minutes_or(x'01000000ff00000000000000', x'02000000ff00000000000000'))", 16),
        ("minutes_count(minutes_or(x'01000000ff00000000000000', x'010000000f00000000000000'))", 8),
        ("minutes_count(minutes_or(NULL, NULL))", 0),
        ("minute_is_set(x'02000000ff00000000000000', 60)", 1),
        ("minute_is_set(x'02000000ff00000000000000', 68)", 0),
        ("minute_is_set(5, 2)", 1),
        ("minute_is_set(5, 1)", 0),
        ("minute_is_set(5, -1)", 0),
        ("minute_is_set(5, 9223372036854775807)", 0),
        ("active_minutes(k, b) FROM (SELECT 1 AS k, 7 AS b UNION ALL SELECT 2, 1 UNION ALL SELECT 1, 14)", 5),
        ("active_minutes(k, b) FROM (SELECT 1 AS k, 7 AS b) WHERE 0", 0),
        ("active_minutes(NULL, 7)", 0),
    ]

    @Test(arguments: calls)
    func functionsCountMinutesOnce(_ sql: String, _ wanted: Int64) throws {
        #expect(try value(sql) == wanted)
    }

    @Test func minutesAreReadAsPacked() {
        var all = DayMinutes()
        var set: Set<Int> = []
        for _ in 0..<400 {
            let minute = Int.random(in: 0..<1_560)
            set.insert(minute)
            all.insert(hour: minute / 60, bits: 1 << UInt64(minute % 60))
        }
        let read = all.packed.withUnsafeBytes { DayMinutes(packed: $0) }
        #expect(read == all)
        #expect(read.count == set.count)
        #expect((-5..<1_700).filter { read.contains(minute: $0) } == set.sorted())
        all.insert(hour: 32, bits: 1)
        all.insert(hour: -1, bits: 1)
        #expect(read == all)
    }
}
