import GRDB
import VisitStore

/// What reports may use in SQL beyond the store's own functions: `minutes_union(bits)`, and functions that read a moment on the reporting zone's wall clock: `local_hour(seconds)` is 0…23, `local_weekday(seconds)` 0 for
/// Monday to 6 for Sunday.
enum ReportFunctions {
    static func register(_ zone: ReportingZone, on database: Database) {
        database.add(function: function("local_hour", zone) { local in floorModulo(local / 3_600, 24) })
        database.add(function: DatabaseFunction("minutes_union", argumentCount: 1, pure: true, aggregate: MinutesUnion.self))
        database.add(function: function("local_weekday", zone) { local in floorModulo(local / 86_400 + 3, 7) })
    }

    private static func function(_ name: String, _ zone: ReportingZone, _ read: @escaping @Sendable (Int64) -> Int64) -> DatabaseFunction {
        DatabaseFunction(name, argumentCount: 1, pure: true) { values in
            guard let seconds = values.first.flatMap({ Int64.fromDatabaseValue($0) }), abs(seconds) < 1 << 50 else { return nil }
            return read(seconds + Int64(zone.offset(seconds)))
        }
    }

    private static func floorModulo(_ a: Int64, _ b: Int64) -> Int64 {
        let rest = a % b
        return rest < 0 ? rest + b : rest
    }
}
