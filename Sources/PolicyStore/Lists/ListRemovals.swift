internal import PatternMatching
internal import PolicyFormats

/// What a member's difference files take out of its files: squidGuard's `-entry`.
struct ListRemovals {
    /// Difference files of all the members together may take out so many.
    static let most = 1_000_000

    /// The line that takes it out, by what is taken out.
    private var lines: [Key: Int] = [:]

    private struct Key: Hashable {
        var kind: EntryKind
        var text: String

        init(_ entry: ListEntry) {
            kind = entry.kind
            var text = entry.text.lowercased()
            while text.hasSuffix("/") { text.removeLast() }
            self.text = text
        }
    }

    var count: Int { lines.count }

    fileprivate mutating func insert(_ entry: ListEntry) { lines[Key(entry)] = entry.line }

    /// - Parameter isDifference: whether the entry stands in the difference file itself, where what comes later decides.
    func take(out entry: ListEntry, isDifference: Bool) -> Bool {
        guard let line = lines[Key(entry)] else { return false }
        return !isDifference || entry.line < line
    }
}

extension ListSource {
    /// What is taken out of which file, by its path; the difference file itself is one of them. Reads the difference files.
    func removals() throws -> [String: ListRemovals] {
        var owners: [String: [String]] = [:]
        for (folder, parts) in members.parts {
            for part in parts where part.syntax == .memberDifference {
                let changed = SourcePath.name(part.path).dropLast(".diff".count)
                let others = parts.filter { SourcePath.name($0.path) == changed && SourcePath.folder($0.path) == folder }
                if !others.isEmpty { owners[part.path, default: []] += others.map(\.path) }
            }
        }
        guard !owners.isEmpty else { return [:] }
        var removals: [String: ListRemovals] = [:]
        var reader = ListReader(syntax: .memberDifference)
        var sink = RemovalSink()
        try files.read(Set(owners.keys)) { path, piece in
            guard piece.isEmpty else {
                reader.read(piece, into: &sink)
                if sink.removals.count > ListRemovals.most {
                    throw ListError("difference files take out over \(ListRemovals.most) entries")
                }
                return
            }
            reader.finish(into: &sink)
            for changed in [path] + (owners[path] ?? []) { removals[changed] = sink.removals }
            (reader, sink) = (ListReader(syntax: .memberDifference), RemovalSink())
        }
        return removals
    }
}

private struct RemovalSink: ListSink {
    var removals = ListRemovals()

    mutating func take(_ entry: ListEntry) {}
    mutating func remove(_ entry: ListEntry) { removals.insert(entry) }
    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {}
}

/// Lets through to another sink what no difference file takes out.
struct RemovingSink<Sink: ListSink>: ListSink {
    var base: Sink
    let removals: ListRemovals?
    let isDifference: Bool

    mutating func take(_ entry: ListEntry) {
        if let removals, removals.take(out: entry, isDifference: isDifference) { return }
        base.take(entry)
    }

    mutating func take(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int) {
        if let removals {
            let entry = ListEntry(kind: kind, text: String(decoding: host, as: UTF8.self), line: line)
            if removals.take(out: entry, isDifference: isDifference) { return }
        }
        base.take(plainHost: host, kind, line: line)
    }

    mutating func remove(_ entry: ListEntry) {
        if removals == nil { base.remove(entry) }
    }

    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) { base.reject(line: line, reason: reason, text: text) }
}
