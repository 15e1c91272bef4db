import PolicyStore
import VisitStore

/// Recorded visits for commands: read beside a server or without one.
enum VisitSource {
    static func open(_ configuration: Configuration) throws -> VisitReader {
        let zone = try ReportingZone.named(try VisitReader.zoneName(configuration.data), policy: nil, zones: SystemZones())
        return try VisitReader.open(configuration.data, zone: zone)
    }
}
