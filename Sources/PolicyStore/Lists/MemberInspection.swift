internal import PatternMatching
internal import PolicyCore
internal import PolicyFormats

/// The members of a candidate version, read part by part.
struct MemberInspection {
    private let table: MemberTable
    private let job: ListInspectionJob
    /// Which members' folders a file belongs to, and how it is read.
    private var owners: [String: [(folder: String, syntax: ListSyntax)]] = [:]
    private var counts: [String: Int] = [:]
    private var rejected = 0
    private var rejectedLines: [RejectedLine] = []
    private var warnedLines: [RejectedLine] = []
    private var broad: [ListEntry] = []
    private let used: Set<String>
    private let removals: [String: ListRemovals]
    private var current: FileReading<InspectionSink>?

    init(_ table: MemberTable, _ job: ListInspectionJob, removals: [String: ListRemovals]) {
        self.removals = removals
        self.table = table
        self.job = job
        used = Set(job.members.contains("") ? table.folders : job.members.compactMap { table.folder(of: $0) })
        for (folder, parts) in table.parts {
            counts[folder] = 0
            for part in parts { owners[part.path, default: []].append((folder, part.syntax)) }
        }
    }

    var paths: [String] { Array(owners.keys) }

    /// - Parameter piece: empty at the end of a file.
    mutating func read(_ path: String, _ piece: UnsafeRawBufferPointer) throws {
        guard let owner = owners[path]?.first else { return }
        if current == nil {
            let sink = InspectionSink(bounds: job.bounds, file: table.name(owner.folder) + "/" + SourcePath.name(path))
            current = FileReading(
                job.format, match: job.match, name: SourcePath.name(path), syntax: owner.syntax, sink: sink,
                removals: removals[path])
        }
        guard piece.isEmpty else {
            try current?.read(piece)
            return
        }
        try current?.finish()
        if let sink = current?.sink { add(sink, path) }
        current = nil
    }

    private mutating func add(_ sink: InspectionSink, _ path: String) {
        rejected += sink.rejected
        rejectedLines += sink.rejectedLines.prefix(max(0, job.bounds.rejectedLines - rejectedLines.count))
        warnedLines += sink.warnedLines.prefix(max(0, job.bounds.warnedLines - warnedLines.count))
        for owner in owners[path] ?? [] { counts[owner.folder, default: 0] += sink.entries }
        if (owners[path] ?? []).contains(where: { used.contains($0.folder) }) { broad += sink.broad.prefix(max(0, 5000 - broad.count)) }
    }

    /// - Parameter usage: the contents of `usage` and `global_usage`, by path.
    func finish(usage texts: [String: [UInt8]]) -> ListInspection {
        var usage = MemberUsage()
        for (path, bytes) in texts {
            let text = String(decoding: bytes, as: UTF8.self)
            if SourcePath.name(path) == "global_usage" {
                usage.readGlobal(text)
            } else {
                usage.read(text, of: table.name(SourcePath.folder(path)))
            }
        }
        var members = table.folders.map { member(table.name($0), folder: $0, alias: nil, usage) }
        members += table.aliases.map { member(table.name($0), folder: $1, alias: table.name($1), usage) }
        let dangling = table.dangling.map { link, target in
            RejectedLine(file: table.name(link), line: 0, reason: "an alias of \(table.name(target)), which is not there", text: "")
        }
        return ListInspection(
            syntax: nil, entries: counts.values.reduce(0, &+), rejected: rejected,
            rejectedLines: Array((dangling.sorted { ($0.file ?? "") < ($1.file ?? "") } + rejectedLines).prefix(job.bounds.rejectedLines)),
            members: members.sorted { $0.name < $1.name },
            missingMembers: job.members.filter { !$0.isEmpty && table.folder(of: $0) == nil }.sorted(), header: ListHeader(), hash: "",
            commonHosts: Probe.count(broad), warnedLines: warnedLines)
    }

    private func member(_ name: String, folder: String, alias: String?, _ usage: MemberUsage) -> ListMember {
        let isAllowlist = usage.allowlists.contains(name) || alias.map { usage.allowlists.contains($0) } ?? false
        return ListMember(
            name: name, aliasOf: alias, title: usage.titles[name] ?? alias.flatMap { usage.titles[$0] }, isAllowlist: isAllowlist,
            entries: counts[folder] ?? 0)
    }
}
