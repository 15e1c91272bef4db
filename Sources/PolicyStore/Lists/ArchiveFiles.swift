internal import CArchive
internal import PolicyFormats

/// A tar, tar.gz, zip or gzip file, read in a stream and never unpacked to disk. Only regular files count; a symbolic link is an alias of a path
/// inside the archive and followed nowhere else. Archives inside are not opened.
struct ArchiveFiles: SourceFiles {
    let path: String
    let packedBytes: Int
    let bounds: ListBounds

    func table() throws -> SourceTable {
        var table = SourceTable()
        var seen = Set<String>()
        let archive = try OpenArchive(self)
        while let member = try archive.next() {
            switch member {
            case .file(let path):
                guard seen.insert(path).inserted else {
                    table.pass(over: path, "stands in the archive twice: the first one counts")
                    continue
                }
                if let reason = try archive.tryReading() { table.pass(over: path, reason) } else { table.files.append(path) }
            case .link(let path, let target):
                guard seen.insert(path).inserted else { continue }
                if let target = SourcePath.join(SourcePath.folder(path), target) {
                    table.links[path] = target
                } else {
                    table.pass(over: path, "a link out of the archive")
                }
            case .other(let path, let reason): table.pass(over: path, reason)
            case .folder: continue
            }
        }
        return table
    }

    func read(_ wanted: Set<String>, _ body: (String, UnsafeRawBufferPointer) throws -> Void) throws {
        var left = wanted
        let archive = try OpenArchive(self)
        while !left.isEmpty, let member = try archive.next() {
            guard case .file(let path) = member, left.remove(path) != nil else { continue }
            try archive.read { try body(path, $0) }
            try body(path, UnsafeRawBufferPointer(start: nil, count: 0))
        }
        if !left.isEmpty { throw ListError("the archive ended before \(left.sorted().joined(separator: ", "))") }
    }
}

/// What an archive holds next.
enum ArchiveMember {
    case file(String)
    case link(String, target: String)
    case folder
    case other(String, reason: String)

    /// libarchive's AE_IFREG, AE_IFDIR and AE_IFLNK, which Swift does not import.
    static let regular: UInt32 = 0o100_000
    static let directory: UInt32 = 0o040_000
    static let symbolic: UInt32 = 0o120_000
}

/// An archive being read from its beginning to its end, once.
final class OpenArchive {
    private let archive: OpaquePointer
    private let bounds: ListBounds
    private let limit: Int
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var members = 0
    private var bytes = 0
    /// Whether the member at hand was not read yet: what is passed over unpacks too, and counts.
    private var isUnread = false

    init(_ files: ArchiveFiles) throws {
        guard let archive = archive_read_new() else { throw ListError("no memory for reading the archive") }
        self.archive = archive
        bounds = files.bounds
        limit = files.bounds.unpackedLimit(packed: files.packedBytes)
        archive_read_support_filter_gzip(archive)
        archive_read_support_format_tar(archive)
        archive_read_support_format_zip(archive)
        archive_read_support_format_raw(archive)
        archive_read_support_format_empty(archive)
        guard archive_read_open_filename(archive, files.path, 1 << 16) == ARCHIVE_OK else { throw damaged() }
    }

    deinit { archive_read_free(archive) }

    /// The next member; nil at the end.
    func next() throws -> ArchiveMember? {
        if isUnread { _ = try tryReading() }
        var entry: OpaquePointer?
        var status = archive_read_next_header(archive, &entry)
        // A member libarchive cannot read is passed over; what breaks the archive as a whole is not.
        while status == ARCHIVE_FAILED || status == ARCHIVE_RETRY {
            try count()
            status = archive_read_next_header(archive, &entry)
        }
        if status == ARCHIVE_EOF { return nil }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw damaged() }
        try count()
        isUnread = true
        return member(entry)
    }

    private func count() throws {
        members += 1
        if members > bounds.members { throw ListError("the archive has more than \(bounds.members) members") }
    }

    private func member(_ entry: OpaquePointer) -> ArchiveMember {
        guard let name = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else {
            return .other("?", reason: "has no readable name")
        }
        // A gzip file that holds no archive.
        if archive_format(archive) == ARCHIVE_FORMAT_RAW { return .file("") }
        let written = String(cString: name)
        let isFolder = archive_entry_filetype(entry) == ArchiveMember.directory
        guard let path = SourcePath.normal(written) else {
            return isFolder ? .folder : .other(written, reason: "its path leaves the archive")
        }
        if archive_entry_hardlink_utf8(entry) != nil || archive_entry_hardlink(entry) != nil { return .other(path, reason: "a hard link") }
        if archive_entry_is_encrypted(entry) != 0 { return .other(path, reason: "encrypted") }
        switch archive_entry_filetype(entry) {
        case ArchiveMember.regular: return .file(path)
        case ArchiveMember.directory: return .folder
        case ArchiveMember.symbolic:
            guard let target = archive_entry_symlink_utf8(entry) ?? archive_entry_symlink(entry) else {
                return .other(path, reason: "a link to nowhere")
            }
            return .link(path, target: String(cString: target))
        default: return .other(path, reason: "neither a file nor a link")
        }
    }

    /// Unpacks the member at hand without keeping anything.
    /// - Returns: why it cannot be unpacked, where only this member is affected.
    func tryReading() throws -> String? {
        do {
            try read { _ in }
            return nil
        } catch is UnreadableMember {
            return "cannot be unpacked"
        }
    }

    private struct UnreadableMember: Error, CustomStringConvertible {
        var description: String { "a member cannot be unpacked" }
    }

    /// The contents of the member at hand.
    func read(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        isUnread = false
        while true {
            let count = buffer.withUnsafeMutableBytes { archive_read_data(archive, $0.baseAddress, $0.count) }
            if count == 0 { return }
            if count == Int(ARCHIVE_FAILED) { throw UnreadableMember() }
            guard count > 0 else { throw damaged() }
            bytes += count
            if bytes > limit { throw ListError("the archive unpacks to more than \(limit) bytes") }
            try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        }
    }

    private func damaged() -> ListError {
        let message = archive_error_string(archive).map { String(cString: $0) } ?? "cannot be read"
        return ListError("the archive is damaged: \(message)")
    }
}
