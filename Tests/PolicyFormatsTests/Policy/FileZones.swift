import Foundation
import PolicyCore

/// The machine's own zone files.
struct FileZones: ZoneCatalog {
    var machineZone = "UTC"
    var names: [String] {
        ["Europe/Paris", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo", "UTC", "Pacific/Apia", "America/New_York"]
    }

    func zone(_ name: String) -> ZoneTable? {
        guard !name.contains(".."), !name.hasPrefix("/"),
            let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)")
        else { return nil }
        return ZoneTable(tzif: Array(data))
    }
}
