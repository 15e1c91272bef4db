internal import Foundation
internal import GRDB

extension PolicyStore {
    /// The database's file in a data directory, and in a backup.
    public static let databaseFile = "policy.sqlite"
    /// What else of a data directory belongs to the policy: the user's own lists, and the versions of subscribed ones.
    public static let listFolders = ["lists", "subscriptions"]

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

    /// Puts the database, and the lists it tells of at the same moment, into a folder of the data directory. Versions are linked, not copied.
    /// - Parameter folder: exists and is empty.
    public func backup(into folder: String) throws {
        try backup(to: folder + "/" + Self.databaseFile)
        let data = (database.queue.path as NSString).deletingLastPathComponent
        for name in Self.listFolders { try copyFiles(of: data + "/" + name, to: folder + "/" + name) }
    }

    /// Makes the database of a data directory that has none; its rows are the caller's to write.
    public static func makeDatabase(in directory: String) throws {
        do {
            try PolicyDatabase(path: directory + "/" + databaseFile).queue.close()
        } catch {
            throw PolicyStoreError.storage("\(directory): \(error)")
        }
    }

    /// Regular files, at any depth; what a link leads to is copied as the file it is.
    private func copyFiles(of source: String, to target: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: target, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for name in try files.contentsOfDirectory(atPath: source).sorted() where !name.hasPrefix(".") {
            let (from, to) = (source + "/" + name, target + "/" + name)
            var isDirectory: ObjCBool = false
            guard files.fileExists(atPath: from, isDirectory: &isDirectory) else { continue }
            if isDirectory.boolValue {
                // A folder that a link leads to may be anything, the root of the file system too.
                let isLink = (try? files.destinationOfSymbolicLink(atPath: from)) != nil
                if !isLink { try copyFiles(of: from, to: to) }
            } else if link(from, to) != 0 {
                try files.copyItem(at: URL(fileURLWithPath: from).resolvingSymlinksInPath(), to: URL(fileURLWithPath: to))
            }
        }
    }
}
