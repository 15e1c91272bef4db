import Foundation
import PolicyCore
import Testing

@testable import PolicyStore

@Suite struct SystemZonesTests {
    let zones = SystemZones()

    @Test func readsTheSystemsZones() throws {
        let paris = try #require(zones.zone("Europe/Paris"))
        #expect(paris.offset(at: 1_767_225_600) == 3600)
        #expect(paris.offset(at: 1_783_000_000) == 7200)
        #expect(zones.zone("UTC")?.offset(at: 0) == 0)
        #expect(zones.names.contains("Europe/Paris"))
        #expect(zones.names.contains("America/New_York"))
        #expect(zones.zone(zones.machineZone) != nil)
    }

    @Test(arguments: [
        "", "Europe/Nowhere", "../../../etc/passwd", "/etc/localtime", "Europe/../Europe/Paris", "tzdata.zi", "Europe", "a\0b",
    ])
    func otherNamesAreNone(_ name: String) { #expect(zones.zone(name) == nil) }

    @Test func theMachinesZoneIsTold() {
        #expect(SystemZones(environment: ["TZ": "Asia/Tokyo"]).machineZone == "Asia/Tokyo")
        #expect(SystemZones(environment: ["TZ": ":Europe/Berlin"]).machineZone == "Europe/Berlin")
        #expect(SystemZones(directory: "/nowhere", environment: [:]).machineZone == "UTC")
    }
}
