/// What a backup holds: its last member, so that a file that was cut short has none.
struct BackupManifest: Codable, Equatable {
    struct File: Codable, Equatable {
        /// As in the data directory.
        var name: String
        /// The tar file's member.
        var member: String
        var bytes: UInt64
        /// In hexadecimal.
        var sha256: String
    }

    static let member = "manifest.json"
    static let format = 1
    /// The longest manifest read.
    static let longest: UInt64 = 64 << 20

    var weir: String
    var format: Int
    /// RFC 3339, UTC.
    var taken: String
    var files: [File]

    /// Whether a name is one that a backup can hold: a database, or a file below the folders of lists; nothing that leads out of them.
    static func isAllowed(_ name: String) -> Bool {
        if databases.contains(name) { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...8).contains(parts.count), let first = parts.first, folders.contains(String(first)) else { return false }
        return parts.allSatisfy { part in
            (1...255).contains(part.utf8.count) && !part.hasPrefix(".") && part.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        }
    }
}
