internal import CArchive
internal import Foundation
internal import PolicyFormats

/// Copies a list's directory into one tar file, so that the version that serves stays what it was whatever happens to the directory. Only what a
/// list is read from goes in; links to files become files, links to members stay aliases.
enum DirectoryPacker {
    static func pack(_ directory: String, to path: String, bounds: ListBounds) throws {
        let files = DirectoryFiles(path: directory, bounds: bounds)
        let table = try files.table()
        let members = MemberTable(table)
        let wanted = table.files.filter { file in
            members.isEmpty || ListSyntax(memberPart: SourcePath.name(file)) != nil
                || ["usage", "global_usage"].contains(SourcePath.name(file))
        }
        let tar = try TarWriter(path)
        for (link, target) in table.links.sorted(by: { $0.key < $1.key }) { try tar.link(link, to: target) }
        var contents: [UInt8] = []
        var bytes = 0
        for file in wanted {
            contents.removeAll(keepingCapacity: true)
            try files.read([file]) { _, piece in
                contents += piece
                if bytes + contents.count > bounds.unpackedBytes {
                    throw ListError("the directory holds more than \(bounds.unpackedBytes) bytes")
                }
            }
            bytes += contents.count
            try tar.file(file, contents)
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

    func file(_ path: String, _ bytes: [UInt8]) throws {
        try add(path) { entry in
            archive_entry_set_filetype(entry, TarWriter.regular)
            archive_entry_set_size(entry, la_int64_t(bytes.count))
        }
        guard bytes.withUnsafeBytes({ archive_write_data(archive, $0.baseAddress, $0.count) }) == bytes.count else { throw failure() }
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
