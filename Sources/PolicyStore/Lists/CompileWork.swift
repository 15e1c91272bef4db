internal import PatternMatching
internal import PolicyFormats

/// The index being built and what the list at hand gave so far.
final class CompileWork {
    let bounds: ListBounds
    /// nil where nothing is kept: entries go straight into the index.
    let runs: RunWork?
    private var builder: MatchIndexBuilder
    private(set) var sources: [String: SourceID] = [:]
    private(set) var entries = 0
    private(set) var rejected = 0
    private(set) var rejectedLines: [RejectedLine] = []

    init(_ bounds: ListBounds, runs library: RunLibrary? = nil) {
        self.bounds = bounds
        runs = library.map { RunWork($0, mostRejected: bounds.rejectedLines) }
        builder = runs.map { MatchIndexBuilder(seed: $0.seed) } ?? MatchIndexBuilder()
    }

    func begin(_ list: ListCompileJob.List) {
        (entries, rejected, rejectedLines) = (0, 0, [])
        runs?.begin(list)
    }

    func source(_ reference: String) -> SourceID {
        let source = builder.source(named: reference)
        sources[reference] = source
        runs?.remember(source, as: reference)
        return source
    }

    func alias(_ reference: String, of source: SourceID) {
        sources[reference] = source
        runs?.remember(alias: reference, of: source)
    }

    func add(_ entry: ListEntry, to targets: [SourceID], file: String?) {
        do {
            for target in targets { try builder.add(entry, to: target) }
            entries += 1
        } catch {
            Array(entry.text.utf8).withUnsafeBytes { reject(line: entry.line, reason: "\(error)", text: $0, file: file) }
        }
    }

    func add(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int, to targets: [SourceID], file: String?) {
        do {
            try builder.add(plainHost: host, kind, isException: false, line: line, to: targets)
            entries += 1
        } catch {
            reject(line: line, reason: "\(error)", text: host, file: file)
        }
    }

    func reject(line: Int, reason: String, text: UnsafeRawBufferPointer, file: String?) {
        rejected += 1
        guard rejectedLines.count < bounds.rejectedLines else { return }
        rejectedLines.append(RejectedLine(file: file, line: line, reason: reason, text: RejectedLine.shown(text)))
    }

    /// Counts a run in, which is added to the index at the end.
    /// - Returns: lines of its stretch.
    func add(_ run: RunWork.Named, linesBefore: Int, to targets: [SourceID], file: String?) throws -> Int {
        guard let runs else { return 0 }
        let note = try runs.add(run, linesBefore: linesBefore, to: targets, file: file)
        entries += run.run.entries
        rejected += note.rejected
        for line in note.rejectedLines.prefix(max(0, bounds.rejectedLines - rejectedLines.count)) {
            rejectedLines.append(RejectedLine(file: file, line: line.line + linesBefore, reason: line.reason, text: line.text))
        }
        return note.lines
    }

    /// A version whose runs are all there.
    func takeKept(_ list: ListCompileJob.List) -> ListCompilation.List? {
        begin(list)
        guard let kept = runs?.kept(), let result = kept.note.result else { return nil }
        let ids = kept.note.sources.map(source)
        for (reference, place) in kept.note.aliases.sorted(by: { $0.key < $1.key }) where ids.indices.contains(place) {
            alias(reference, of: ids[place])
        }
        for (piece, run) in zip(kept.note.pieces, kept.runs) {
            let targets = piece.sources.compactMap { ids.indices.contains($0) ? ids[$0] : nil }
            runs?.use(run, linesBefore: piece.linesBefore, by: targets, file: piece.file)
        }
        return result
    }

    /// Puts the runs into the index, in the order of their hashes.
    /// - Returns: by list, the expressions that found no room beside all the others: they are left out, and cost no other entry.
    /// - Throws: where the index is full; a part of a list is no list.
    func addRuns() throws -> [String: [RejectedLine]] {
        guard let runs else { return [:] }
        let places = runs.places
        var leftOut: [String: [RejectedLine]] = [:]
        var problem: EntryError?
        try builder.add(runs.takeUses()) { use, entry, error in
            guard error == .tooManyExpressions, places.indices.contains(use) else {
                problem = error
                return
            }
            let text = Array(entry.text.utf8).withUnsafeBytes { RejectedLine.shown($0) }
            leftOut[places[use].list, default: []].append(
                RejectedLine(file: places[use].file, line: entry.line, reason: "\(error)", text: text))
        }
        if let problem { throw ListError("the lists together: \(problem)") }
        return leftOut
    }

    func finish() -> [UInt8] {
        let builder = builder
        self.builder = MatchIndexBuilder()
        return builder.finish()
    }
}
