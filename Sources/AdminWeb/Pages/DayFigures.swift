import PolicyCore
import Reporting
import VisitStore

/// A day in three numbers, as the overview report has them.
struct DayFigures: Sendable {
    var visits: Int64 = 0
    var blocked: Int64 = 0
    var bytes: Int64 = 0

    /// The last eight days by their number since 1970-01-01; days without a visit are left out.
    static func lastDays(_ report: Report?, _ visits: VisitStore, now: Instant) throws -> [Int64: DayFigures] {
        guard let report else { return [:] }
        let week = Instant(milliseconds: now.milliseconds &- 7 * 86_400_000)
        let result = try report.run(ReportParameters(from: week, to: nil), on: visits, now: now)
        let columns = result.definition.columns.map(\.name)
        return Dictionary(
            result.rows.compactMap { row -> (Int64, DayFigures)? in
                let number = { (name: String) -> Int64 in columns.firstIndex(of: name).flatMap { row[$0].integer } ?? 0 }
                guard let day = columns.firstIndex(of: "day").flatMap({ row[$0].integer }) else { return nil }
                return (day, DayFigures(visits: number("visits"), blocked: number("blocked"), bytes: number("up") &+ number("down")))
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension ReportValue {
    var integer: Int64? {
        if case .integer(let value) = self { return value }
        return nil
    }
}
