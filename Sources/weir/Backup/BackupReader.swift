import Crypto
import Foundation

/// Takes a backup's members out into a folder, under numbers, and believes none of it before everything fits the manifest.
struct BackupReader {
    private static let piece = 1 << 20
    /// A hundred thousand lists are more than anybody has.
    private static let mostMembers = 1_000_000

    let input: FileHandle
    /// For what is said of it.
    let path: String
    let folder: String

    private struct Member {
        var file: String
        var bytes: UInt64
        var sha256: String
    }

    /// - Returns: what the backup holds, and where its files lie now.
    /// - Throws: a sentence: it cannot be read, is damaged, or is none of ours.
    func read() throws -> (manifest: BackupManifest, files: [String: String]) {
        do {
            return try check(try members(of: input))
        } catch let failure as Terminal.Failure {
            throw Terminal.Failure("\(path): \(failure)")
        }
    }

    private func members(of input: FileHandle) throws -> [String: Member] {
        let size = try input.seekToEnd()
        try input.seek(toOffset: 0)
        var members: [String: Member] = [:]
        while true {
            let block = try exactly(TarHeader.size, of: input)
            if block.allSatisfy({ $0 == 0 }) { break }
            let header: TarHeader
            do {
                header = try TarHeader(block)
            } catch  where members.isEmpty {
                throw Terminal.Failure("is not a backup of Weir")
            }
            guard header.bytes <= size, members.count < Self.mostMembers, members[header.name] == nil else {
                throw Terminal.Failure("is damaged: \(LineLogHandler.plain(header.name))")
            }
            let file = "\(folder)/\(members.count)"
            members[header.name] = Member(file: file, bytes: header.bytes, sha256: try take(header.bytes, of: input, to: file))
            _ = try exactly(TarHeader.padding(after: header.bytes), of: input)
        }
        return members
    }

    private func take(_ bytes: UInt64, of input: FileHandle, to file: String) throws -> String {
        guard FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o600]),
            let output = FileHandle(forWritingAtPath: file)
        else { throw Terminal.Failure("\(file): cannot be written") }
        defer { try? output.close() }
        var hash = SHA256()
        var left = bytes
        while left > 0 {
            guard let data = try input.read(upToCount: Int(min(left, UInt64(Self.piece)))), !data.isEmpty else { throw Self.cut }
            hash.update(data: data)
            try output.write(contentsOf: data)
            left -= UInt64(data.count)
        }
        try output.synchronize()
        return hash.finalize().hex
    }

    private func exactly(_ count: Int, of input: FileHandle) throws -> [UInt8] {
        if count == 0 { return [] }
        guard let data = try input.read(upToCount: count), data.count == count else { throw Self.cut }
        return Array(data)
    }

    private static let cut = Terminal.Failure("is damaged: it ends too early")

    private func check(_ members: [String: Member]) throws -> (BackupManifest, [String: String]) {
        guard let last = members[BackupManifest.member], last.bytes <= BackupManifest.longest,
            let text = FileManager.default.contents(atPath: last.file),
            let manifest = try? JSONDecoder().decode(BackupManifest.self, from: text)
        else { throw Terminal.Failure("is not a backup of Weir, or damaged: it has no manifest") }
        guard manifest.format == BackupManifest.format else {
            throw Terminal.Failure("was written by a newer Weir (\(LineLogHandler.plain(manifest.weir)))")
        }
        var files: [String: String] = [:]
        for file in manifest.files {
            guard BackupManifest.isAllowed(file.name), files[file.name] == nil, let member = members[file.member],
                file.member != BackupManifest.member, member.bytes == file.bytes, member.sha256 == file.sha256
            else { throw Terminal.Failure("is damaged: \(LineLogHandler.plain(file.name)) is not what the manifest says") }
            files[file.name] = member.file
        }
        guard members.count == files.count + 1, Set(manifest.files.map(\.member)).count == files.count else {
            throw Terminal.Failure("is damaged: it holds what its manifest does not tell of")
        }
        for database in BackupManifest.databases where files[database] == nil {
            throw Terminal.Failure("is damaged: \(database) is missing")
        }
        return (manifest, files)
    }
}
