internal import Crypto
internal import Foundation
internal import PatternMatching

/// Runs kept beside the images: what was read of lists' texts, so that a change of one list reads no other again.
///
/// A run is named by what it was read from and holds its own checksum: one that is half written, damaged or of another format is read again
/// from its list, and so is a list whose note (which runs it is made of) does not say what its digest says.
struct RunLibrary {
    /// A private directory; made when it is not there.
    let directory: String
    /// A change of what readers take of a text needs a new number here.
    private static let meaning = "run 2"

    init(_ directory: String) throws {
        self.directory = directory
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// A run's name.
    static func name(_ parts: [String]) -> String { String(Secret.digest(([meaning] + parts).joined(separator: "\n")).prefix(40)) }

    /// The name of what is read from a text.
    static func name(of text: UnsafeRawBufferPointer, _ parts: [String]) -> String {
        var hash = SHA256()
        hash.update(bufferPointer: text)
        return name(parts + [Secret.hexadecimal(hash.finalize())])
    }

    /// The hash seed of any run kept.
    var anySeed: UInt64? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.lazy.filter { $0.hasSuffix(".run") }.compactMap { self.run(String($0.dropLast(4)))?.seed }.first
    }

    /// nil where there is none, or none that can be trusted.
    func run(_ name: String) -> EntryRun? {
        guard let file = try? MappedFile(path(name)) else { return nil }
        return try? EntryRun(mapped: file.bytes, owner: file)
    }

    func keep(run bytes: [UInt8], as name: String) throws { try write(bytes, to: path(name)) }

    func note(_ name: String) -> RunNote? {
        guard let bytes = FileManager.default.contents(atPath: notePath(name)), let content = DigestedText.content(bytes) else {
            return nil
        }
        return try? JSONDecoder().decode(RunNote.self, from: content)
    }

    func keep(_ note: RunNote, as name: String) throws {
        try write(DigestedText.bytes(JSONEncoder().encode(note)), to: notePath(name))
    }

    /// Removes what is not among these, half-written files with it.
    func remove(exceptRuns runs: Set<String>, notes: Set<String>) {
        let kept = Set(runs.map { "\($0).run" } + notes.map { "\($0).json" })
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] where !kept.contains(name) {
            unlink("\(directory)/\(name)")
        }
    }

    private func path(_ name: String) -> String { "\(directory)/\(name).run" }
    private func notePath(_ name: String) -> String { "\(directory)/\(name).json" }

    /// Beside the path, then renamed; not synced, because what a crash leaves of it is recognised.
    private func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = "\(path).\(Secret.text(bytes: 6))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ListError("\(temporary): \(String(cString: strerror(errno)))") }
        do {
            defer { close(descriptor) }
            try bytes.withUnsafeBytes { try DurableFile.write($0, to: descriptor, temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard Foundation.rename(temporary, path) == 0 else { throw ListError("\(path): \(String(cString: strerror(errno)))") }
    }
}

/// Which runs a version of a list is made of, and what came of reading it.
struct RunNote: Codable {
    struct Piece: Codable {
        var run: String
        /// Lines of the file before the run's first.
        var linesBefore: Int
        /// Places in ``RunNote/sources``.
        var sources: [Int]
        var file: String?
    }

    /// References as a policy writes them, each a source of its own.
    var sources: [String] = []
    /// References that lead to the source of another.
    var aliases: [String: Int] = [:]
    var pieces: [Piece] = []
    var result: ListCompilation.List?
}
