internal import Foundation
internal import PolicyCore

/// Where lists lie in the data directory: `lists/` for the user's own files, `subscriptions/` for versions, `compiled/` for images,
/// `compiled-runs/` for what they are put together from.
struct ListLibrary: Sendable {
    let own: String
    let subscriptions: String
    let compiled: String
    /// What compiling read of each list.
    var runs: String { compiled + "-runs" }
    let incoming: String

    init(dataDirectory: String) throws {
        own = dataDirectory + "/lists"
        subscriptions = dataDirectory + "/subscriptions"
        compiled = dataDirectory + "/compiled"
        incoming = dataDirectory + "/incoming"
        // What an interrupted fetch left behind.
        try? FileManager.default.removeItem(atPath: incoming)
        do {
            for directory in [dataDirectory, own, subscriptions, compiled, incoming] {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw PolicyStoreError.storage("\(dataDirectory): \(error.localizedDescription)")
        }
    }

    func newIncoming(_ list: String) -> String { "\(incoming)/\(list)-\(Secret.text(bytes: 9))" }

    func path(_ list: String, _ version: ListRecord.Version) -> String { "\(subscriptions)/\(list)/\(version.file)" }

    func holds(_ list: String, _ version: ListRecord.Version) -> Bool { FileManager.default.fileExists(atPath: path(list, version)) }

    /// - Throws: ``ListError`` where a version's file is not what was stored.
    func check(_ list: String, _ version: ListRecord.Version) throws {
        if let hash = version.inspection.fileHash { try RegularFile.check(path(list, version), sha256: hash) }
    }

    /// Moves a candidate to where versions lie.
    /// - Returns: its file name there.
    func install(_ candidate: String, as list: String, hash: String) throws -> String {
        let directory = "\(subscriptions)/\(list)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let name = "\(hash.prefix(16))-\(Secret.text(bytes: 6))"
        try sync(candidate)
        try DurableFile.rename(candidate, to: "\(directory)/\(name)")
        return name
    }

    /// Removes the versions of a list that nobody refers to any more.
    func prune(_ list: String, keeping record: ListRecord) {
        let kept = Set(([record.version, record.held] + record.kept).compactMap { $0?.file })
        let directory = "\(subscriptions)/\(list)"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] where !kept.contains(name) {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
    }

    /// Removes the versions of lists that no policy has had for a week.
    func removeLists(except declared: Set<String>, records: [String: ListRecord], now: Instant) -> [String] {
        let old = records.filter { name, record in
            !declared.contains(name) && now.milliseconds &- (record.lastAttempt?.milliseconds ?? 0) > 7 * 86_400_000
        }
        for name in old.keys { remove("\(subscriptions)/\(name)") }
        return old.keys.sorted()
    }

    func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    private func sync(_ path: String) throws {
        let file = try RegularFile(path)
        fsync(file.descriptor)
    }

    /// Copies a local source, so that the version that serves stays what it was: a file as it is, a directory as a tar file.
    /// - Parameter followsIncludes: one text of the files that e2guardian's includes lead to.
    /// - Returns: the files beside the source that went into it; nil where none did.
    @discardableResult
    func copy(_ source: String, to candidate: String, bounds: ListBounds, followsIncludes: Bool = false) throws -> ListParts? {
        var status = stat()
        guard stat(source, &status) == 0 else { throw ListError("\(source): \(String(cString: strerror(errno)))") }
        if status.st_mode & S_IFMT == S_IFDIR {
            try DirectoryPacker.pack(source, to: candidate, bounds: bounds)
            return nil
        }
        if followsIncludes, let whole = try IncludedFiles.expanded(source, bounds: bounds) {
            try DurableFile.write(whole.text, to: candidate)
            return whole.parts
        }
        let file = try RegularFile(source)
        if file.count > bounds.unpackedBytes { throw ListError("larger than \(bounds.unpackedBytes) bytes") }
        let descriptor = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ListError("\(candidate): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = 0
        try file.read { piece in
            bytes += piece.count
            if bytes > bounds.unpackedBytes { throw ListError("larger than \(bounds.unpackedBytes) bytes") }
            try DurableFile.write(piece, to: descriptor, candidate)
        }
        return nil
    }

    /// Where a path source lies.
    /// - Parameter policyFile: its folder is where relative paths begin; nil for a policy in the database, whose sources lie in `lists/`.
    /// - Throws: for a path out of `lists/`, links followed.
    func localPath(_ source: String, policyFile: String?) throws -> String {
        guard !source.utf8.contains(0) else { throw ListError("not a path") }
        if let policyFile {
            if source.hasPrefix("/") { return source }
            let folder = policyFile.lastIndex(of: "/").map { String(policyFile[..<$0]) } ?? "."
            return (folder.isEmpty ? "/" : folder) + "/" + source
        }
        guard let inside = SourcePath.normal(source) else { throw ListError("\(source): only files in \(own) can be lists") }
        let path = own + "/" + inside
        guard let real = realPath(path), let root = realPath(own) else { throw ListError("\(path): no such file") }
        guard real.hasPrefix(root + "/") else { throw ListError("\(source): only files in \(own) can be lists") }
        return real
    }
}
