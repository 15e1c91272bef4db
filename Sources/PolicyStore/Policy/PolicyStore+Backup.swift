internal import Foundation
internal import GRDB

extension PolicyStore {
    /// Writes a copy of the database, as it is now and without signed-in sessions, to a file that does not exist yet (0600).
    public func backup(to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { throw PolicyStoreError.badValue("\(path) exists already") }
        do {
            try database.queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let copy = try DatabaseQueue(path: path)
            try copy.write { try $0.execute(sql: "DELETE FROM session; DELETE FROM meta WHERE key = 'setup-token'") }
            try copy.close()
        } catch {
            unlink(path)
            throw PolicyStoreError.storage("\(path): \(error)")
        }
    }
}
