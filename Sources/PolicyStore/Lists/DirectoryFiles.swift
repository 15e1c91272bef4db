internal import Foundation
internal import PolicyFormats

/// A directory on disk. Links to regular files are followed; a link to a directory inside it is an alias of a member.
struct DirectoryFiles: SourceFiles {
    let path: String
    let bounds: ListBounds

    func table() throws -> SourceTable {
        var table = SourceTable()
        guard let root = realPath(path) else { throw ListError("\(path): no such directory") }
        var seen = 0
        // Folder by folder instead of by recursion; four levels hold every layout there is.
        var folders = [""]
        while let folder = folders.popLast() {
            let names = try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder).sorted()
            for name in names where !name.hasPrefix(".") {
                seen += 1
                if seen > bounds.members { throw ListError("the directory has more than \(bounds.members) members") }
                let relative = folder.isEmpty ? name : folder + "/" + name
                if let deeper = look(at: relative, root: root, into: &table), deeper.split(separator: "/").count < 4 {
                    folders.append(deeper)
                }
            }
        }
        table.files.sort()
        return table
    }

    /// Notes one name of a folder; a folder to look into is given back.
    private func look(at relative: String, root: String, into table: inout SourceTable) -> String? {
        var status = stat()
        let full = root + "/" + relative
        guard lstat(full, &status) == 0 else { return nil }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink, stat(full, &status) != 0 {
            // Kept as a link, so that whoever asks for the member learns where it was to lead.
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: full),
                let inside = SourcePath.join(SourcePath.folder(relative), target)
            {
                table.links[relative] = inside
            }
            return nil
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: table.files.append(relative)
        case S_IFDIR where !isLink: return relative
        case S_IFDIR:
            if let real = realPath(full), real.hasPrefix(root + "/") {
                table.links[relative] = String(real.dropFirst(root.count + 1))
            } else {
                table.pass(over: relative, "a link to a directory outside the list")
            }
        default: table.pass(over: relative, "neither a file nor a link")
        }
        return nil
    }

    func read(_ wanted: Set<String>, _ body: (String, UnsafeRawBufferPointer) throws -> Void) throws {
        var bytes = 0
        for relative in wanted.sorted() {
            let file = try RegularFile(path + "/" + relative)
            try file.read { piece in
                bytes += piece.count
                if bytes > bounds.unpackedBytes { throw ListError("the directory holds more than \(bounds.unpackedBytes) bytes") }
                try body(relative, piece)
            }
            try body(relative, UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }
}

/// The path with all links followed; nil where it does not exist.
func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}
