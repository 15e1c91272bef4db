internal import Foundation
internal import PolicyCore
internal import PolicyFormats

/// A list's bytes, opened: what its files are and which of them say what.
struct ListSource {
    let files: any SourceFiles
    let table: SourceTable
    let members: MemberTable

    /// - Parameters:
    ///   - path: a regular file (plain text, gzip, tar, zip) or a directory.
    ///   - followsIncludes: where a plain text of e2guardian's leads to other files they are read too.
    init(path: String, bounds: ListBounds, followsIncludes: Bool = false) throws {
        var status = stat()
        guard stat(path, &status) == 0 else { throw ListError("\(path): \(String(cString: strerror(errno)))") }
        if status.st_mode & S_IFMT == S_IFDIR {
            files = DirectoryFiles(path: path, bounds: bounds)
        } else if followsIncludes, let whole = try IncludedFiles.expanded(path, bounds: bounds) {
            files = TextInMemory(bytes: whole.text)
        } else {
            files = try ListSource.open(RegularFile(path), bounds: bounds)
        }
        table = try files.table()
        members = MemberTable(table)
    }

    private static func open(_ file: RegularFile, bounds: ListBounds) throws -> any SourceFiles {
        if file.count > bounds.unpackedBytes { throw ListError("larger than \(bounds.unpackedBytes) bytes") }
        let head = file.head(512)
        let packings: [(String, [UInt8])] = [
            ("xz", [0xfd, 0x37, 0x7a, 0x58]), ("bzip2", [0x42, 0x5a, 0x68]), ("zstd", [0x28, 0xb5, 0x2f, 0xfd]),
            ("7-Zip", [0x37, 0x7a, 0xbc, 0xaf]),
        ]
        if let (packing, _) = packings.first(where: { head.starts(with: $0.1) }) {
            throw ListError("packed with \(packing): only gzip, tar and zip are read")
        }
        let isGzip = head.starts(with: [0x1f, 0x8b])
        let isZip = head.starts(with: [0x50, 0x4b, 0x03, 0x04]) || head.starts(with: [0x50, 0x4b, 0x05, 0x06])
        let isTar = head.count > 262 && head[257..<262].elementsEqual("ustar".utf8)
        guard isGzip || isZip || isTar else { return PlainFile(path: file.path) }
        return ArchiveFiles(path: file.path, packedBytes: file.count, bounds: bounds)
    }

    /// Whether the source holds members, by its format and what is in it.
    func hasMembers(_ format: ListDeclaration.Format) -> Bool {
        switch format {
        case .auto, .ut1, .squidguard: !members.isEmpty
        default: false
        }
    }

    /// The one file of a source without members.
    func soleFile() throws -> String {
        guard let file = table.files.first else { throw ListError("empty: no file in it") }
        guard table.files.count == 1 else {
            throw ListError(
                "\(table.files.count) files, and no folder that holds domains, urls or expressions: name one of them"
                    + (table.files.contains { $0.hasSuffix("sitelist") } ? ", or \"weir policy import --from e2guardian\" the folder" : ""))
        }
        return file
    }
}
