internal import Crypto
internal import PatternMatching
internal import PolicyCore
internal import PolicyFormats

/// Reads a candidate version of a list from beginning to end: what it holds, what is wrong with it, whether it matches the half of the web.
enum ListInspector {
    static func inspect(_ job: ListInspectionJob) throws -> ListInspection {
        let source = try ListSource(path: job.path, bounds: job.bounds)
        if job.format == .ut1, !source.hasMembers(.ut1), source.table.files != [""] {
            throw ListError("no folder in it that holds domains, urls or expressions")
        }
        var inspection = try source.hasMembers(job.format) ? inspectMembers(source, job) : inspectFile(source, job)
        inspection.fileHash = source.files is PlainFile ? inspection.hash : try? RegularFile(job.path).sha256()
        return inspection
    }

    private static func inspectFile(_ source: ListSource, _ job: ListInspectionJob) throws -> ListInspection {
        let path = try source.soleFile()
        let name = path.isEmpty ? job.fileName : path
        var reading = FileReading(
            job.format, match: job.match, name: name, syntax: nil, sink: InspectionSink(bounds: job.bounds, file: nil))
        var hash = SHA256()
        try source.files.read([path]) { _, piece in
            if piece.isEmpty { try reading.finish() } else { try reading.read(piece) }
            hash.update(bufferPointer: piece)
        }
        let sink = reading.sink
        return ListInspection(
            syntax: reading.syntax, entries: sink.entries, rejected: sink.rejected, rejectedLines: sink.rejectedLines, members: [],
            missingMembers: job.members.filter { !$0.isEmpty }.sorted(), header: reading.header,
            hash: Secret.hexadecimal(hash.finalize()), commonHosts: Probe.count(sink.broad), warnedLines: sink.warnedLines)
    }

    private static func inspectMembers(_ source: ListSource, _ job: ListInspectionJob) throws -> ListInspection {
        var members = MemberInspection(source.members, job, removals: try source.removals())
        var texts: [String: [UInt8]] = [:]
        let usage = source.table.files.filter { ["usage", "global_usage"].contains(SourcePath.name($0)) }
        var hash = SHA256()
        try source.files.read(Set(members.paths).union(usage)) { path, piece in
            if piece.isEmpty { hash.update(data: Array("\n\(path)\n".utf8)) } else { hash.update(bufferPointer: piece) }
            if usage.contains(path) {
                if (texts[path]?.count ?? 0) < 1 << 20 { texts[path, default: []] += piece }
            } else {
                try members.read(path, piece)
            }
        }
        var result = members.finish(usage: texts)
        result.hash = Secret.hexadecimal(hash.finalize())
        result.rejectedLines = Array((source.table.problems + result.rejectedLines).prefix(job.bounds.rejectedLines))
        result.rejected += source.table.problems.count
        return result
    }
}

/// Counts entries and rejected lines; keeps entries that may match very much, to try them.
struct InspectionSink: ListSink {
    let bounds: ListBounds
    let file: String?
    var entries = 0
    var rejected = 0
    var rejectedLines: [RejectedLine] = []
    var warnedLines: [RejectedLine] = []
    var broad: [ListEntry] = []

    mutating func take(_ entry: ListEntry) {
        if let refusal = entry.refusal {
            return Array(entry.text.utf8).withUnsafeBytes { reject(line: entry.line, reason: "\(refusal)", text: $0) }
        }
        entries += 1
        check(entry)
        guard broad.count < 5000, !entry.isException, Probe.mayBeBroad(entry) else { return }
        broad.append(entry)
    }

    /// Nearly every line of nearly every list: only a name without a dot needs a closer look.
    mutating func take(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int) {
        guard kind != .exact, !host.contains(UInt8(ascii: ".")) else {
            entries += 1
            return
        }
        take(ListEntry(kind: kind, text: String(decoding: host, as: UTF8.self).lowercased(), line: line))
    }

    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {
        rejected += 1
        guard rejectedLines.count < bounds.rejectedLines else { return }
        rejectedLines.append(RejectedLine(file: file, line: line, reason: reason, text: RejectedLine.shown(text)))
    }
}

extension InspectionSink {
    private mutating func check(_ entry: ListEntry) {
        guard entry.kind == .expression || entry.kind == .expressionHostPath, warnedLines.count < bounds.warnedLines else { return }
        for finding in Probe.check.findings(entry) {
            warnedLines.append(
                RejectedLine(
                    file: file, line: entry.line, reason: "\(finding)", text: Array(entry.text.utf8).withUnsafeBytes(RejectedLine.shown)))
        }
    }
}

/// Tries entries on ``CommonHosts``.
enum Probe {
    static let check = ExpressionCheck(commonHosts: CommonHosts.all)

    static func mayBeBroad(_ entry: ListEntry) -> Bool {
        switch entry.kind {
        case .expression, .expressionHostPath: true
        case .site, .subdomains: !entry.text.utf8.contains(UInt8(ascii: "."))
        case .exact, .url, .urlCaseless, .prefix: false
        }
    }

    /// How many of the common hosts any of the entries matches. An expression that cannot be tried within its budget counts as matching.
    static func count(_ entries: [ListEntry]) -> Int {
        guard !entries.isEmpty else { return 0 }
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "")
        for entry in entries { try? builder.add(entry, to: source) }
        guard let index = try? MatchIndex(bytes: builder.finish()) else { return CommonHosts.all.count }
        return CommonHosts.all.count { host in
            guard let url = try? RequestURL("https://\(host)/".utf8) else { return false }
            var matched = SourceSet()
            var budget = MatchBudget()
            index.match(url, sent: false, into: &matched, budget: &budget)
            return !matched.isEmpty || budget.failed
        }
    }
}
