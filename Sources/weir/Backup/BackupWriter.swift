import Crypto
import Foundation
import Glibc

/// Writes a folder's files into one tar file, each read once, the manifest last. The file appears under its name only when it is whole and on the
/// disk.
struct BackupWriter {
    private static let piece = 1 << 20

    let folder: String
    let path: String
    let taken: String

    /// - Throws: a sentence; nothing is left behind then.
    func write() throws -> (manifest: BackupManifest, bytes: UInt64) {
        let draft = path + ".part-\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))") }
        let output = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            let manifest = try write(to: output)
            guard fsync(descriptor) == 0 else { throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))") }
            let bytes = try output.offset()
            guard rename(draft, path) == 0 else { throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))") }
            return (manifest, bytes)
        } catch {
            unlink(draft)
            throw error
        }
    }

    private func write(to output: FileHandle) throws -> BackupManifest {
        var manifest = BackupManifest(weir: Version.number, format: BackupManifest.format, taken: taken, files: [])
        let now = Int64(Date().timeIntervalSince1970)
        for (number, name) in names().enumerated() {
            let member = TarHeader.fits(name) ? name : "long-names/\(number)"
            manifest.files.append(try add(name, as: member, to: output, time: now))
        }
        let bytes = Array(try JSON.text(manifest).utf8)
        let header = TarHeader(name: BackupManifest.member, bytes: UInt64(bytes.count))
        try output.write(contentsOf: Data(header.block(time: now) + bytes))
        // The end of a tar file: two blocks of zeros.
        try output.write(contentsOf: Data(count: TarHeader.padding(after: header.bytes) + 2 * TarHeader.size))
        return manifest
    }

    private func add(_ name: String, as member: String, to output: FileHandle, time: Int64) throws -> BackupManifest.File {
        guard let input = FileHandle(forReadingAtPath: folder + "/" + name) else { throw Terminal.Failure("\(name): cannot be read") }
        defer { try? input.close() }
        let bytes = try input.seekToEnd()
        try input.seek(toOffset: 0)
        try output.write(contentsOf: Data(TarHeader(name: member, bytes: bytes).block(time: time)))
        var hash = SHA256()
        var left = bytes
        while left > 0 {
            guard let data = try input.read(upToCount: Int(min(left, UInt64(Self.piece)))), !data.isEmpty else {
                throw Terminal.Failure("\(name): became shorter while it was read; try again")
            }
            hash.update(data: data)
            try output.write(contentsOf: data)
            left -= UInt64(data.count)
        }
        try output.write(contentsOf: Data(count: TarHeader.padding(after: bytes)))
        return BackupManifest.File(name: name, member: member, bytes: bytes, sha256: hash.finalize().hex)
    }

    /// Every file, by name; those whose names no backup takes are left out.
    private func names() -> [String] {
        let all = FileManager.default.enumerator(atPath: folder)?.allObjects.compactMap { $0 as? String } ?? []
        return all.filter { name in
            var isDirectory: ObjCBool = false
            return BackupManifest.isAllowed(name) && FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }.sorted()
    }
}

extension Sequence<UInt8> {
    /// Two digits a byte.
    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
