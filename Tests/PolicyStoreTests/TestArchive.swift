import CArchive
import Foundation

@testable import PolicyStore

/// Archives for tests: whole ones through libarchive, hostile ones byte by byte.
enum TestArchive {
    enum Member {
        case file(String, String)
        case link(String, String)
        case hardLink(String, String)
        case device(String)
        case folder(String)
    }

    enum Packing { case tar, tarGzip, zip }

    static func make(_ members: [Member], _ packing: Packing, in directory: TemporaryDirectory, name: String = "list.archive") throws
        -> String
    {
        let path = directory.path + "/" + name
        let archive = archive_write_new()
        defer { archive_write_free(archive) }
        switch packing {
        case .tar, .tarGzip: archive_write_set_format_pax_restricted(archive)
        case .zip: archive_write_set_format_zip(archive)
        }
        if packing == .tarGzip { archive_write_add_filter_gzip(archive) }
        guard archive_write_open_filename(archive, path) == ARCHIVE_OK else { throw ListError("cannot write \(path)") }
        for member in members { try add(member, to: archive) }
        guard archive_write_close(archive) == ARCHIVE_OK else { throw ListError("cannot write \(path)") }
        return path
    }

    private static func add(_ member: Member, to archive: OpaquePointer?) throws {
        let entry = archive_entry_new()
        defer { archive_entry_free(entry) }
        archive_entry_set_perm(entry, 0o644)
        var contents: [UInt8] = []
        switch member {
        case .file(let path, let text):
            contents = Array(text.utf8)
            archive_entry_set_pathname(entry, path)
            archive_entry_set_filetype(entry, 0o100_000)
            archive_entry_set_size(entry, la_int64_t(contents.count))
        case .link(let path, let target):
            archive_entry_set_pathname(entry, path)
            archive_entry_set_filetype(entry, 0o120_000)
            archive_entry_set_symlink(entry, target)
        case .hardLink(let path, let target):
            archive_entry_set_pathname(entry, path)
            archive_entry_set_hardlink(entry, target)
        case .device(let path):
            archive_entry_set_pathname(entry, path)
            archive_entry_set_filetype(entry, 0o020_000)
        case .folder(let path):
            archive_entry_set_pathname(entry, path)
            archive_entry_set_filetype(entry, 0o040_000)
        }
        guard archive_write_header(archive, entry) >= ARCHIVE_WARN else { throw ListError("cannot write a header") }
        if !contents.isEmpty { contents.withUnsafeBytes { _ = archive_write_data(archive, $0.baseAddress, $0.count) } }
    }

    /// A small UT1: aliases before and after what they lead to, one that leads nowhere, `usage`, `urls`, `expressions`.
    static let ut1: [Member] = [
        .folder("blacklists/"), .link("blacklists/ads", "publicite"), .folder("blacklists/publicite"),
        .file("blacklists/publicite/domains", "banner.example\nadserver.example\n198.51.100.7\n"),
        .file("blacklists/publicite/urls", "news.example/Ads\nhost.example/~user/banner\n"),
        .file("blacklists/publicite/expressions", "(/banner/|/sponsor/)\n"), .file("blacklists/publicite/usage", "black\npublicite\n"),
        .file("blacklists/gambling/domains", "# comment\ncasino.example\nbet365.example\nnot a name\n"),
        .file("blacklists/gambling/usage", "black\n"), .file("blacklists/bank/domains", "bank.example\n"),
        .file("blacklists/bank/usage", "white\n"), .link("blacklists/proxy", "redirector"), .link("blacklists/betting", "gambling"),
        .file("blacklists/hobby/games/domains", "chess.example\n"),
        .file("blacklists/global_usage", "NAME: gambling\nDEFAULT_TYPE: black\nNAME EN: Gambling\n"), .file("blacklists/README", ""),
    ]
}
