import Foundation
import PolicyStore
import VisitStore

/// A folder of the data directory with everything a backup holds, as it is at one moment: databases are copied, lists linked.
enum BackupFolder {
    private static let prefix = "backup-"

    /// Made by whoever has the stores open, a running server too: the databases are copied between its own writes, nobody waits.
    /// - Returns: its path; the caller removes it.
    static func make(in data: String, policy: PolicyStore, visits: VisitStore) async throws -> String {
        let folder = "\(data)/\(prefix)\(String(UInt64.random(in: 1 << 60 ... .max), radix: 16))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        do {
            try await policy.backup(into: folder)
            try await LowPriority.run { try visits.backup(to: folder + "/" + BackupManifest.visitsDatabase) }
        } catch {
            remove(folder)
            throw error
        }
        return folder
    }

    static func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }

    /// Those of commands that were killed.
    static func removeAbandoned(in data: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: data)) ?? [] where name.hasPrefix(prefix) {
            remove(data + "/" + name)
        }
    }
}
