import Foundation
import Glibc
import PolicyCore
import PolicyStore
import VisitStore

/// Puts a backup in the place of what a data directory holds. Everything is read, checked and written anew beside it first; then names change,
/// after a plan that whoever opens the directory next finishes where this process could not. What was there stays in a folder of its own.
struct Restoration: Codable {
    /// Where the plan lies from the first rename to the last.
    private static let plan = "restoring"
    private static let prefix = "restore-"

    /// Folders in the data directory: what comes, and where what was goes.
    private var scratch: String
    private(set) var before: String

    /// Everything that belongs to one state of affairs; a database's neighbours are part of it.
    private static var names: [String] {
        BackupManifest.databases.flatMap { [$0, $0 + "-wal", $0 + "-shm"] } + BackupManifest.folders + ["journal"]
    }

    /// Reads a backup and makes ready what it holds. Nothing that serves is touched.
    /// - Parameters:
    ///   - path: the backup's, for what is said of it.
    ///   - data: the data directory, whose lock the caller holds.
    /// - Throws: a sentence; nothing is left behind then.
    static func prepare(_ input: FileHandle, named path: String, in data: String) throws -> (
        restoration: Restoration, manifest: BackupManifest
    ) {
        let files = FileManager.default
        let mark = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
        let restoration = Restoration(
            scratch: prefix + mark, before: "before-\(prefix)\(Int64(Date().timeIntervalSince1970))-\(mark.prefix(4))")
        let scratch = data + "/" + restoration.scratch
        do {
            for folder in [scratch, scratch + "/members", scratch + "/new"] {
                try files.createDirectory(atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            }
            let (manifest, members) = try BackupReader(input: input, path: path, folder: scratch + "/members").read()
            do {
                try fill(scratch + "/new", with: members, manifest, data: data)
            } catch {
                throw Terminal.Failure("\(path): \(Terminal.reason(of: error))")
            }
            return (restoration, manifest)
        } catch {
            try? files.removeItem(atPath: scratch)
            throw error
        }
    }

    /// Databases are made anew and the rows copied; other files are moved to where they belong.
    private static func fill(_ new: String, with members: [String: String], _ manifest: BackupManifest, data: String) throws {
        let files = FileManager.default
        if let member = members[PolicyStore.databaseFile] {
            try PolicyStore.makeDatabase(in: new)
            try RowImport(from: member, to: new + "/" + PolicyStore.databaseFile).run()
        }
        if let member = members[BackupManifest.visitsDatabase] {
            try VisitStore.restore(member, into: new)
            if let taken = Instant(rfc3339: manifest.taken) {
                try VisitStore.noteLost(in: new, recordedIn: data, since: taken, now: WallClock.now())
            }
        }
        for folder in BackupManifest.folders {
            try files.createDirectory(atPath: new + "/" + folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        for (name, member) in members where !BackupManifest.databases.contains(name) {
            let target = new + "/" + name
            try files.createDirectory(
                atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try files.moveItem(atPath: member, toPath: target)
        }
        try sync(new)
    }

    /// Changes the names.
    func perform(in data: String) throws {
        let plan = data + "/" + Self.plan
        let bytes = Data(try JSON.text(self).utf8)
        guard FileManager.default.createFile(atPath: plan + ".new", contents: bytes, attributes: [.posixPermissions: 0o600]) else {
            throw Terminal.Failure("\(plan): cannot be written")
        }
        try Self.sync(plan + ".new")
        guard rename(plan + ".new", plan) == 0 else { throw Terminal.Failure("\(plan): \(String(cString: strerror(errno)))") }
        try Self.sync(data)
        try Self.finish(in: data)
    }

    /// Finishes what a plan says; every step may have been done already. Where there is none, what a command that was killed had made ready is
    /// removed.
    static func finish(in data: String) throws {
        let plan = data + "/" + Self.plan
        guard let bytes = FileManager.default.contents(atPath: plan) else { return removeScratch(in: data) }
        guard let found = try? JSONDecoder().decode(Restoration.self, from: bytes), !found.scratch.contains("/"),
            !found.before.contains("/")
        else {
            throw Terminal.Failure("\(plan): is damaged; the files of \(data) are of two states of affairs")
        }
        try found.move(in: data)
        unlink(plan)
        try sync(data)
        removeScratch(in: data)
    }

    private static func removeScratch(in data: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: data)) ?? [] where name.hasPrefix(prefix) {
            try? FileManager.default.removeItem(atPath: data + "/" + name)
        }
    }

    private func move(in data: String) throws {
        let (new, old) = (data + "/" + scratch + "/new", data + "/" + before)
        guard mkdir(old, 0o700) == 0 || errno == EEXIST else { throw Terminal.Failure("\(old): \(String(cString: strerror(errno)))") }
        // All that was goes before anything comes: what lies in its place afterwards is new.
        let isMoving = FileManager.default.fileExists(atPath: new + "/" + Self.moved) == false
        if isMoving {
            for name in Self.names { try Self.move(data + "/" + name, to: old + "/" + name) }
            guard FileManager.default.createFile(atPath: new + "/" + Self.moved, contents: nil) else {
                throw Terminal.Failure("\(new): cannot be written")
            }
            try Self.sync(new)
        }
        for name in Self.names { try Self.move(new + "/" + name, to: data + "/" + name) }
        try Self.sync(old)
    }

    /// A file in the scratch folder that says that what was is out of the way.
    private static let moved = ".moved"

    private static func move(_ source: String, to target: String) throws {
        if rename(source, target) == 0 || errno == ENOENT { return }
        throw Terminal.Failure("\(source): cannot be moved to \(target): \(String(cString: strerror(errno)))")
    }

    private static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))") }
    }
}
