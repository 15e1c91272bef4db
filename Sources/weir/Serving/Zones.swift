import PolicyCore
import PolicyStore
import VisitStore

extension ReportingZone {
    /// The reporting zone a configuration and its policy mean: `visits.timezone`, else the policy's, else the machine's.
    /// - Throws: a sentence where the name is no zone's.
    static func named(_ name: String?, policy: String?, zones: SystemZones) throws -> ReportingZone {
        let wanted = name ?? policy ?? zones.machineZone
        guard let table = zones.zone(wanted) else {
            throw Terminal.Failure("visits.timezone: \"\(wanted)\" is no time zone of this machine's")
        }
        return ReportingZone(name: wanted) { table.offset(at: $0) }
    }
}
