internal import Foundation
public import PolicyCore
internal import Synchronization

/// The system's time zones: `/usr/share/zoneinfo`, read when asked for and kept.
public final class SystemZones: ZoneCatalog {
    private let directory: String
    private let tables = Mutex<[String: ZoneTable]>([:])
    public let names: [String]
    public let machineZone: String

    /// - Parameters:
    ///   - directory: of the compiled zones.
    ///   - environment: where `TZ` is looked for; nil for the process's own.
    public init(directory: String = "/usr/share/zoneinfo", environment: [String: String]? = nil) {
        self.directory = directory
        names = SystemZones.names(in: directory)
        machineZone = SystemZones.machineZone(directory: directory, environment: environment ?? ProcessInfo.processInfo.environment)
    }

    public func zone(_ name: String) -> ZoneTable? {
        guard SystemZones.isName(name) else { return nil }
        if let known = tables.withLock({ $0[name] }) { return known }
        guard let table = SystemZones.read(directory + "/" + name) else { return ["UTC", "Etc/UTC", "GMT"].contains(name) ? .utc : nil }
        tables.withLock { $0[name] = table }
        return table
    }

    /// Letters, digits, `_ + - /`, no dots: what no path out of the directory can be made of.
    private static func isName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count), name.first?.isLetter == true else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x61...0x7a, 0x41...0x5a, 0x30...0x39, 0x5f, 0x2b, 0x2d, 0x2f: true
            default: false
            }
        }
    }

    private static func read(_ path: String) -> ZoneTable? {
        guard let file = try? RegularFile(path), file.count <= 1 << 20 else { return nil }
        return ZoneTable(tzif: file.head(file.count))
    }

    /// The names tzdata lists, with the few everybody writes besides.
    private static func names(in directory: String) -> [String] {
        var names: Set<String> = ["UTC", "Etc/UTC"]
        for file in ["tzdata.zi", "tzdata.tab", "zone1970.tab", "zone.tab"] {
            guard let text = try? String(contentsOfFile: directory + "/" + file, encoding: .utf8) else { continue }
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                if file == "tzdata.zi" {
                    let words = line.split(separator: " ")
                    if words.first == "L", words.count == 3 { names.insert(String(words[2])) }
                    if words.first == "Z", words.count > 2 { names.insert(String(words[1])) }
                } else {
                    let fields = line.split(separator: "\t")
                    if fields.count >= 3 { names.insert(String(fields[2])) }
                }
            }
        }
        return names.filter(isName).sorted()
    }

    /// `TZ`, else `/etc/timezone`, else where `/etc/localtime` leads, else UTC.
    private static func machineZone(directory: String, environment: [String: String]) -> String {
        func known(_ name: some StringProtocol) -> String? {
            let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
            return isName(name) && read(directory + "/" + name) != nil ? name : nil
        }
        if let written = environment["TZ"], !written.isEmpty {
            let name = written.hasPrefix(":") ? String(written.dropFirst()) : written
            if let zone = known(name.hasPrefix(directory + "/") ? String(name.dropFirst(directory.count + 1)) : name) { return zone }
        }
        if let text = try? String(contentsOfFile: "/etc/timezone", encoding: .utf8), let zone = known(text) { return zone }
        if let target = realPath("/etc/localtime"), let range = target.range(of: "/zoneinfo/"),
            let zone = known(target[range.upperBound...])
        {
            return zone
        }
        return "UTC"
    }
}
