internal import PatternMatching
internal import PolicyCore
internal import PolicyFormats

/// Reads a source's entries, each with the member it stands in.
enum LabelledReading {
    /// - Parameters:
    ///   - wanted: members to read; nil or `""` in it for all.
    ///   - take: is given the member's name, `""` for a list without members.
    static func read(
        _ path: String, format: ListDeclaration.Format, match: ListDeclaration.Match, fileName: String, members wanted: [String]? = nil,
        bounds: ListBounds, take: @escaping (ListEntry, String) -> Void
    ) throws {
        let source = try ListSource(path: path, bounds: bounds)
        let members = source.hasMembers(format)
        var owners: [String: (label: String, syntax: ListSyntax?)] = [:]
        if members {
            for folder in folders(of: source, wanted) {
                for part in source.members.parts[folder] ?? [] { owners[part.path] = (source.members.name(folder), part.syntax) }
            }
        } else {
            owners[try source.soleFile()] = ("", nil)
        }
        let removals = try source.removals()
        var current: FileReading<LabelledSink>?
        try source.files.read(Set(owners.keys)) { path, piece in
            if current == nil, let owner = owners[path] {
                let name = members || !path.isEmpty ? SourcePath.name(path) : fileName
                current = FileReading(
                    format, match: match, name: name, syntax: owner.syntax, sink: LabelledSink(label: owner.label, give: take),
                    removals: removals[path])
            }
            guard piece.isEmpty else {
                try current?.read(piece)
                return
            }
            try current?.finish()
            current = nil
        }
    }

    private static func folders(of source: ListSource, _ wanted: [String]?) -> Set<String> {
        guard let wanted, !wanted.contains("") else { return Set(source.members.folders) }
        return Set(wanted.compactMap { source.members.folder(of: $0) })
    }
}

private struct LabelledSink: ListSink {
    let label: String
    let give: (ListEntry, String) -> Void

    mutating func take(_ entry: ListEntry) { give(entry, label) }
    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {}
}
