internal import PolicyFormats

/// The files of a list's source, wherever they lie.
protocol SourceFiles {
    /// What there is, without contents.
    func table() throws -> SourceTable

    /// Gives the contents of the wanted files in the order they lie, in pieces; an empty piece ends a file. A file that stands twice is given once.
    func read(_ wanted: Set<String>, _ body: (_ path: String, _ piece: UnsafeRawBufferPointer) throws -> Void) throws
}

/// What a source holds.
struct SourceTable {
    /// Paths of regular files, relative, without `.` and `..`, in the order found; one empty path for a source of one file without names.
    var files: [String] = []
    /// Links and what they lead to, as paths of this table.
    var links: [String: String] = [:]
    /// Members that were passed over, and why.
    var problems: [RejectedLine] = []

    mutating func pass(over path: String, _ reason: String) {
        guard problems.count < 200 else { return }
        problems.append(
            RejectedLine(file: Array(path.utf8.prefix(200)).withUnsafeBytes(RejectedLine.shown), line: 0, reason: reason, text: ""))
    }
}

/// Paths inside a source.
enum SourcePath {
    /// A relative path in normal form; nil for an absolute one, one that leaves the source, and an empty one.
    static func normal(_ path: String) -> String? { join("", path) }

    /// Where `target`, as a link in `folder` has it, leads; nil for out of the source.
    static func join(_ folder: String, _ target: String) -> String? {
        guard !target.hasPrefix("/"), target.utf8.count <= 1024, !target.utf8.contains(0) else { return nil }
        var parts = folder.split(separator: "/").map(String.init)
        for part in target.split(separator: "/") {
            if part == "." { continue }
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(String(part))
            }
        }
        return parts.isEmpty || parts.count > 8 ? nil : parts.joined(separator: "/")
    }

    static func folder(_ path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }
    static func name(_ path: String) -> String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }
}
