import Foundation

/// A file from anywhere, copied to where the lists of a policy in the database lie.
struct LocalList {
    /// As the policy names it: a path inside `lists/`.
    let source: String
    private let path: String

    /// - Returns: nil for an address, for what is inside `lists/` already, and for what is no file.
    /// - Throws: where it cannot be copied, or a copy of another file has its name.
    init?(source: String, name: String, data: String) throws {
        let lists = data + "/lists"
        var isDirectory: ObjCBool = false
        let files = FileManager.default
        guard !source.contains("://"), !files.fileExists(atPath: lists + "/" + source),
            files.fileExists(atPath: source, isDirectory: &isDirectory), !isDirectory.boolValue
        else { return nil }
        // The name's end can tell what is in it (.tar.gz); the list's own name keeps two files of one name apart.
        let file = "\(name)-\(URL(fileURLWithPath: source).lastPathComponent)"
        guard !file.hasPrefix("."), !file.contains("/") else { return nil }
        self.source = file
        path = lists + "/" + file
        guard !files.fileExists(atPath: path) else {
            throw Terminal.Failure("\(path): is there already; remove it, or name it as \(file)")
        }
        do {
            try files.createDirectory(atPath: lists, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try files.copyItem(atPath: source, toPath: path)
        } catch {
            throw Terminal.Failure("\(source): cannot be copied to \(path): \(Terminal.reason(of: error))")
        }
    }

    /// Where nothing came of it.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
