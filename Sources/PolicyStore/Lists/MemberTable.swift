internal import PolicyFormats

/// The members of a many-category source: folders that hold `domains`, `urls` or `expressions`, and links to such folders.
struct MemberTable {
    struct Part: Hashable {
        var path: String
        var syntax: ListSyntax
    }

    /// The files of each member, by its folder's path.
    private(set) var parts: [String: [Part]] = [:]
    /// Links to members: path to the folder they lead to.
    private(set) var aliases: [String: String] = [:]
    /// Links that lead to no member.
    private(set) var dangling: [String: String] = [:]
    /// `blacklists/`: the folder all members lie in, left out of their names.
    private(set) var root = ""

    init(_ table: SourceTable) {
        let files = Set(table.files)
        for path in table.files { add(path, reading: path) }
        for link in table.links.keys.sorted() {
            guard let target = MemberTable.follow(link, table.links) else { continue }
            if files.contains(target) {
                add(link, reading: target)
            } else {
                aliases[link] = target
            }
        }
        for (link, target) in aliases where parts[target] == nil {
            aliases[link] = nil
            dangling[link] = target
        }
        root = MemberTable.commonRoot(Array(parts.keys))
    }

    private mutating func add(_ path: String, reading file: String) {
        guard !path.isEmpty, let syntax = ListSyntax(memberPart: SourcePath.name(path)) else { return }
        parts[SourcePath.folder(path), default: []].append(Part(path: file, syntax: syntax))
    }

    var isEmpty: Bool { parts.isEmpty }

    /// The folder of a member, its aliases followed; nil where there is none.
    func folder(of member: String) -> String? {
        for path in [root + member, member] {
            if parts[path] != nil { return path }
            if let target = aliases[path] { return target }
        }
        return nil
    }

    /// What users call the member in a folder.
    func name(_ folder: String) -> String { folder.hasPrefix(root) ? String(folder.dropFirst(root.count)) : folder }

    var folders: [String] { parts.keys.sorted() }

    /// Where a path leads after its links, at most eight; nil for a circle.
    private static func follow(_ path: String, _ links: [String: String]) -> String? {
        var path = path
        for _ in 0..<8 {
            guard let next = links[path] else { return path }
            path = next
        }
        return nil
    }

    /// One leading folder, where all members lie in it and below it.
    private static func commonRoot(_ folders: [String]) -> String {
        guard let first = folders.first?.split(separator: "/").first else { return "" }
        let root = first + "/"
        return folders.allSatisfy { $0.hasPrefix(root) } ? String(root) : ""
    }
}
