internal import Foundation
internal import PolicyCore
internal import PolicyFormats

/// Follows e2guardian's `.Include<path>` in a local list, so that one text holds what several files say.
///
/// The list's own lines stay where they are: what is included comes after them, and the line that included it becomes a comment. Only
/// regular files below the list's own folder are followed, links looked through; a line that leads elsewhere stays as it is, and its reader
/// tells of it.
struct IncludedFiles {
    /// Bytes of a list that includes others, and of each of those.
    private static let mostBytes = 8 << 20
    private static let mostFiles = 1000
    private static let mostLevels = 8

    private let root: String
    private let mostTotal: Int
    private var seen: Set<String>
    private var text: [UInt8] = []
    private var lines = 0
    private var parts: [ListParts.Part] = []
    private var total = 0
    private var hasIncluded = false

    /// - Parameter path: the list, a regular file.
    /// - Returns: the whole text, and where in it each file begins; nil where nothing was followed.
    static func expanded(_ path: String, bounds: ListBounds) throws -> (text: [UInt8], parts: ListParts)? {
        guard let real = realPath(path), let slash = real.lastIndex(of: "/") else { return nil }
        let file = try RegularFile(real)
        guard file.count <= mostBytes, try mentionsIncludes(file) else { return nil }
        let own = try whole(RegularFile(real))
        var files = IncludedFiles(root: String(real[..<slash]), mostTotal: bounds.unpackedBytes, seen: [real])
        try files.take(own, folder: "", level: 0)
        return files.hasIncluded ? (files.text, ListParts(files.parts)) : nil
    }

    private init(root: String, mostTotal: Int, seen: Set<String>) {
        self.root = root
        self.mostTotal = mostTotal
        self.seen = seen
    }

    /// Nearly no list does, and the others are not to be held in memory.
    private static func mentionsIncludes(_ file: RegularFile) throws -> Bool {
        let word = Array("nclude<".utf8)
        var tail: [UInt8] = []
        var isFound = false
        try file.read { piece in
            if isFound { return }
            tail += piece.prefix(word.count)
            isFound = holds(piece, word) || tail.withUnsafeBytes { holds($0, word) }
            tail = Array(piece.suffix(word.count))
        }
        return isFound
    }

    private static func holds(_ bytes: UnsafeRawBufferPointer, _ word: [UInt8]) -> Bool {
        guard let start = bytes.baseAddress, let first = word.first else { return false }
        var at = 0
        while at + word.count <= bytes.count, let found = memchr(start + at, Int32(first), bytes.count - word.count - at + 1) {
            if memcmp(found, word, word.count) == 0 { return true }
            at = UnsafeRawPointer(found) - start + 1
        }
        return false
    }

    private static func whole(_ file: RegularFile) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(file.count)
        try file.read { piece in
            guard bytes.count + piece.count <= mostBytes else { throw ListError("\(file.path): larger than \(mostBytes) bytes") }
            bytes += piece
        }
        return bytes
    }

    /// Adds a file's lines, then those of the files it includes.
    private mutating func take(_ bytes: [UInt8], folder: String, level: Int) throws {
        var waiting: [(path: String, folder: String)] = []
        total += bytes.count
        guard total <= mostTotal else { throw ListError("with the files it includes larger than \(mostTotal) bytes") }
        for line in IncludedFiles.lines(of: bytes) {
            if let target = IncludedFiles.included(bytes[line]), level < IncludedFiles.mostLevels, let path = resolve(target, folder) {
                hasIncluded = true
                if seen.count < IncludedFiles.mostFiles, seen.insert(path).inserted {
                    waiting.append((path, SourcePath.folder(String(path.dropFirst(root.count + 1)))))
                }
                text.append(UInt8(ascii: "#"))
            }
            text += bytes[line]
            text.append(0x0a)
            lines += 1
        }
        for file in waiting {
            let name = String(file.path.dropFirst(root.count + 1))
            // A name may hold a line end, and would be two lines.
            text += Array("# ".utf8) + name.utf8.map { $0 == 0x0a ? 0x3f : $0 } + [0x0a]
            lines += 1
            parts.append(ListParts.Part(file: name, firstLine: lines + 1))
            try take(IncludedFiles.whole(RegularFile(file.path)), folder: file.folder, level: level + 1)
        }
    }

    /// The path between `.Include<` and `>`.
    private static func included(_ line: ArraySlice<UInt8>) -> String? {
        let line = line.drop { $0 == 0x20 || $0 == 0x09 }
        guard line.first == UInt8(ascii: "."), line.count <= 4096 else { return nil }
        let text = String(decoding: line, as: UTF8.self)
        guard text.lowercased().hasPrefix(".include<"), let end = text.firstIndex(of: ">") else { return nil }
        return String(text[..<end].dropFirst(".include<".count))
    }

    /// Where an included file lies, links followed; nil for out of the list's folder, and for what is no regular file.
    private func resolve(_ target: String, _ folder: String) -> String? {
        guard !target.utf8.contains(0) else { return nil }
        let full =
            if target.hasPrefix("__LISTDIR__") {
                root + target.dropFirst("__LISTDIR__".count)
            } else {
                target.hasPrefix("/") ? target : "\(root)/\(folder)/\(target)"
            }
        guard let real = realPath(full), real.hasPrefix(root + "/"), let file = try? RegularFile(real),
            file.count <= IncludedFiles.mostBytes
        else { return nil }
        return real
    }

    /// Where the lines of a text are, without their ends.
    private static func lines(of bytes: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
            lines.append(start..<end)
            start = end + 1
        }
        return lines
    }
}
