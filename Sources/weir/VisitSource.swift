import PolicyStore
import VisitStore

/// Recorded visits for commands: read beside a server or without one.
enum VisitSource {
    static func open(_ configuration: Configuration) throws -> VisitReader {
        let zones = SystemZones()
        let name = try VisitReader.zoneName(configuration.data)
        let zone = try ReportingZone.named(name, policy: nil, zones: zones)
        return try VisitReader.open(configuration.data, zone: zone)
    }
}
