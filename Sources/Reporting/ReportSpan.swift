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
        // A span that ends before it begins is empty, not an error: the query finds nothing.
        lastDay = Self.day(of: (parameters.to?.milliseconds).map { $0 == .min ? $0 : $0 - 1 } ?? now.milliseconds, zone)
        firstDay = (parameters.from?.milliseconds).map { Self.day(of: $0, zone) } ?? lastDay - Int64(definition.defaultDays - 1)
    }

    /// The local day of a moment; of one more than nine thousand years away, the last day that near.
    private static func day(of milliseconds: Int64, _ zone: ReportingZone) -> Int64 {
        let furthest: Int64 = 9_000 * 366 * 86_400_000
        return zone.day(ofMinute: Instant(milliseconds: min(max(milliseconds, -furthest), furthest)).minute)
    }

    /// The first moment inside.
    var from: Instant { Instant(milliseconds: zone.start(ofDay: firstDay) &* 60_000) }

    /// The first moment outside.
    var to: Instant { Instant(milliseconds: zone.start(ofDay: lastDay &+ 1) &* 60_000) }

    var days: Int64 { max(0, lastDay &- firstDay &+ 1) }

    /// Whether a row an hour would be too many.
    var isByDay: Bool { days > 14 }

    /// Values for the bound names a statement uses.
    func arguments(_ parameters: ReportParameters, for names: Set<BoundName>, limit: Int) -> StatementArguments {
        StatementArguments(
            Dictionary(uniqueKeysWithValues: names.map { ($0.rawValue, value($0, parameters, limit: limit)) })
                as [String: (any DatabaseValueConvertible)?])
    }

    private func value(_ name: BoundName, _ parameters: ReportParameters, limit: Int) -> (any DatabaseValueConvertible)? {
        switch name {
        case .firstDay: firstDay
        case .lastDay: lastDay
        case .beforeDay: firstDay &- days
        case .from: from.milliseconds
        case .to: to.milliseconds
        case .fromHour: from.seconds
        case .toHour: to.seconds
        case .byDay: isByDay
        case .client: parameters.client
        case .group: parameters.group
        case .site: parameters.site
        case .category: parameters.category
        case .limit: limit
        }
    }
}
