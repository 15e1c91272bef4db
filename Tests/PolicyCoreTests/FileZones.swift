import Foundation
import PolicyCore

/// The machine's own zone files.
struct FileZones: ZoneCatalog {
    var machineZone = "UTC"
    var names: [String] { ["UTC"] }

    func zone(_ name: String) -> ZoneTable? {
        guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)") else { return nil }
        return ZoneTable(tzif: Array(data))
    }
}

func at(_ text: String) -> Instant { Instant(rfc3339: text) ?? Instant(milliseconds: .min / 4) }
