import GRDB
import VisitStore

/// What reports may use in SQL beyond the store's own functions: `minutes_union(bits)`, and functions that read a moment on the reporting
/// zone's wall clock: `local_hour(seconds)` is 0…23, `local_weekday(seconds)` 0 for Monday to 6 for Sunday, `day_start(seconds)` the seconds
/// since 1970 at which the moment's local day begins.
enum ReportFunctions {
    static func register(_ zone: ReportingZone, on database: Database) {
        database.add(function: DatabaseFunction("minutes_union", argumentCount: 1, pure: true, aggregate: MinutesUnion.self))
        database.add(function: function("local_hour") { local($0, zone) / 3_600 % 24 })
        database.add(function: function("local_weekday") { (local($0, zone) / 86_400 + 3) % 7 })
        database.add(function: function("day_start") { zone.start(ofDay: zone.day(ofMinute: $0 / 60)) * 60 })
    }

    /// A function of a moment within two million years after 1970; NULL for any other.
    private static func function(_ name: String, _ read: @escaping @Sendable (Int64) -> Int64) -> DatabaseFunction {
        DatabaseFunction(name, argumentCount: 1, pure: true) { values in
            guard let seconds = values.first.flatMap({ Int64.fromDatabaseValue($0) }), (0..<1 << 46).contains(seconds) else { return nil }
            return read(seconds)
        }
    }

    /// Wall-clock seconds since a Thursday, as 1970-01-01 was; a week earlier, so that they are never below zero.
    private static func local(_ seconds: Int64, _ zone: ReportingZone) -> Int64 { seconds + Int64(zone.offset(seconds)) + 7 * 86_400 }
}
