import GRDB
import PolicyCore
public import VisitStore

/// The whole local days a report covers.
public struct ReportSpan: Sendable {
    public let zone: ReportingZone
    /// Local days since 1970-01-01, both inside.
    public let firstDay: Int64
    public let lastDay: Int64

    init(_ parameters: ReportParameters, definition: ReportDefinition, zone: ReportingZone, now: Instant) {
        self.zone = zone
        let today = zone.day(ofMinute: now.minute)
        let last = parameters.to.map { zone.day(ofMinute: Instant(milliseconds: $0.milliseconds &- 1).minute) } ?? today
        let first = parameters.from.map { zone.day(ofMinute: $0.minute) } ?? last &- Int64(definition.defaultDays - 1)
        // A span that ends before it begins is empty, not an error: the query finds nothing.
        lastDay = min(max(last, -1_000_000), 4_000_000)
        firstDay = min(max(first, -1_000_000), 4_000_000)
    }

    /// The first moment inside.
    var from: Instant { Instant(milliseconds: zone.start(ofDay: firstDay) &* 60_000) }

    /// The first moment outside.
    var to: Instant { Instant(milliseconds: zone.start(ofDay: lastDay &+ 1) &* 60_000) }

    /// Values for those of the promised names that the statement uses.
    func arguments(_ parameters: ReportParameters, of statement: Statement) -> StatementArguments {
        let all: [String: (any DatabaseValueConvertible)?] = [
            "first_day": firstDay, "last_day": lastDay, "from": from.milliseconds, "to": to.milliseconds,
            "from_hour": from.milliseconds / 1_000, "to_hour": to.milliseconds / 1_000, "client": parameters.client,
            "group": parameters.group, "site": parameters.site, "category": parameters.category, "limit": parameters.limit,
        ]
        let text = statement.sql
        return StatementArguments(all.filter { text.contains(":\($0.key)") })
    }
}
