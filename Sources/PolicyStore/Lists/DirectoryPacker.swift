internal import CArchive
internal import Foundation
internal import PolicyFormats

/// Copies a list's directory into one tar file, so that the version that serves stays what it was whatever happens to the directory. Only what a
/// list is read from goes in; links to files become files, links to members stay aliases.
enum DirectoryPacker {
    /// - Throws: where a file goes on changing while it is read.
    static func pack(_ directory: String, to path: String, bounds: ListBounds) throws {
        for _ in 0..<2 {
            do { return try packOnce(directory, to: path, bounds: bounds) } catch is TarWriter.FileChanged {}
        }
        do { try packOnce(directory, to: path, bounds: bounds) } catch let change as TarWriter.FileChanged {
            throw ListError("\(change.path) changed while it was read")
        }
    }

    private static func packOnce(_ directory: String, to path: String, bounds: ListBounds) throws {
        let table = try DirectoryFiles(path: directory, bounds: bounds).table()
        let members = MemberTable(table)
        let wanted = table.files.filter { file in
            members.isEmpty || ListSyntax(memberPart: SourcePath.name(file)) != nil
                || ["usage", "global_usage"].contains(SourcePath.name(file))
        }
        let tar = try TarWriter(path)
        for (link, target) in table.links.sorted(by: { $0.key < $1.key }) { try tar.link(link, to: target) }
        var bytes = 0
        for name in wanted {
            let file = try RegularFile(directory + "/" + name)
            bytes += file.count
            if bytes > bounds.unpackedBytes { throw ListError("the directory holds more than \(bounds.unpackedBytes) bytes") }
            try tar.file(name, file)
        }
        try tar.finish()
    }
}

/// Writes a tar file.
final class TarWriter {
    /// libarchive's AE_IFREG and AE_IFLNK, which Swift does not import.
    private static let regular: UInt32 = 0o100_000
    private static let link: UInt32 = 0o120_000
    private let archive: OpaquePointer

    init(_ path: String) throws {
        guard let archive = archive_write_new() else { throw ListError("no memory for writing an archive") }
        self.archive = archive
        archive_write_set_format_pax_restricted(archive)
        guard archive_write_open_filename(archive, path) == ARCHIVE_OK else { throw failure() }
    }

    deinit { archive_write_free(archive) }

    /// A file was longer or shorter than it said when it was opened.
    struct FileChanged: Error {
        var path: String
    }

    /// Piece by piece: a whole list is never held in memory.
    /// - Throws: ``FileChanged``; the archive is worth nothing then.
    func file(_ path: String, _ file: RegularFile) throws {
        try add(path) { entry in
            archive_entry_set_filetype(entry, TarWriter.regular)
            archive_entry_set_size(entry, la_int64_t(file.count))
        }
        var written = 0
        try file.read { piece in
            written += piece.count
            guard written <= file.count else { throw FileChanged(path: path) }
            guard archive_write_data(archive, piece.baseAddress, piece.count) == piece.count else { throw failure() }
        }
        guard written == file.count else { throw FileChanged(path: path) }
    }

    /// - Parameter target: a path inside the archive.
    func link(_ path: String, to target: String) throws {
        let up = String(repeating: "../", count: path.split(separator: "/").count - 1)
        try add(path) { entry in
            archive_entry_set_filetype(entry, TarWriter.link)
            archive_entry_set_symlink(entry, up + target)
        }
    }

    private func add(_ path: String, _ fill: (OpaquePointer) -> Void) throws {
        guard let entry = archive_entry_new() else { throw ListError("no memory for writing an archive") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, path)
        archive_entry_set_perm(entry, 0o600)
        fill(entry)
        guard archive_write_header(archive, entry) == ARCHIVE_OK else { throw failure() }
    }

    func finish() throws {
        guard archive_write_close(archive) == ARCHIVE_OK else { throw failure() }
    }

    private func failure() -> ListError {
        ListError("the archive cannot be written: \(archive_error_string(archive).map { String(cString: $0) } ?? "")")
    }
}
