/// Turns the configuration of another filter into a policy.
public enum PolicyImport {
    /// Whose configuration it is.
    public enum Origin: String, Sendable, Codable, CaseIterable {
        /// One file, `squidGuard.conf`.
        case squidguard
        /// A directory: `e2guardianf1.conf` and its kind, and the lists they name; or lists alone, by the names e2guardian gives them.
        case e2guardian
        /// `squid.conf` with the files it includes.
        case squid
    }

    /// Reads a configuration and writes the policy that gives the same verdicts, as far as there is one.
    ///
    /// What cannot be taken over never allows more: an `allow` with a condition nobody can judge here is left out, a `block` holds without the
    /// condition. Both are told.
    /// - Parameters:
    ///   - path: the file to begin with (for ``Origin/e2guardian`` the directory).
    ///   - files: where files are read from.
    ///   - lists: the folder that takes the place of the one the configuration keeps its lists in; nil: paths stay as they are.
    public static func read(_ origin: Origin, path: String, files: some ImportFiles, lists: String? = nil) -> ImportedPolicy {
        let report = ImportReport()
        let plan: AccessPlan? =
            switch origin {
            case .squidguard: SquidGuardImport(files, report, lists: lists).read(path)
            case .e2guardian: E2guardianImport(files, report, lists: lists).read(path)
            case .squid: SquidImport(files, report, lists: lists).read(path)
            }
        guard let plan, report.errors.isEmpty else { return ImportedPolicy(text: nil, lines: report.sorted, errors: report.errors) }
        let text = PolicyWriter(plan, report).text(title: "\(origin.rawValue): \(path)")
        return ImportedPolicy(text: text, lines: report.sorted, errors: [])
    }
}

/// Where an import finds files.
public protocol ImportFiles {
    /// The file's bytes; nil where there is none, or none that may be read.
    func bytes(_ path: String) -> [UInt8]?
    /// The names in a folder that match a pattern in which `*` stands for anything (`conf.d/*.conf`), as paths, sorted.
    func matching(_ pattern: String) -> [String]
}

/// Files held in memory: what was uploaded or pasted.
public struct GivenFiles: ImportFiles, Sendable {
    private let files: [String: [UInt8]]

    public init(_ files: [String: [UInt8]]) { self.files = files }

    public func bytes(_ path: String) -> [UInt8]? { files[path] }

    public func matching(_ pattern: String) -> [String] { files.keys.filter { Glob.matches($0, pattern) }.sorted() }
}

/// Patterns of file names.
public enum Glob {
    /// Whether `text` is what `pattern` says, `*` standing for any run of characters but `/`, `?` for one.
    public static func matches(_ text: some StringProtocol, _ pattern: some StringProtocol) -> Bool {
        let text = Array(text.utf8)
        let pattern = Array(pattern.utf8)
        // Where the last star stands and how much of the text it took: stepping back only to it keeps this from exploding.
        var (at, place) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if place < pattern.count,
                pattern[place] == text[at] || pattern[place] == UInt8(ascii: "?") && text[at] != UInt8(ascii: "/")
            {
                at += 1
                place += 1
            } else if let last = star, text[last.text] != UInt8(ascii: "/") {
                star = (last.pattern, last.text + 1)
                (place, at) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
