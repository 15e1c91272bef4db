internal import PatternMatching
internal import PolicyFormats

/// Compares two versions entry by entry, holding a number for each entry instead of its text.
enum ListComparer {
    static func compare(_ job: ListComparisonJob) throws -> ListComparison {
        let old = try numbers(job.old, job)
        let new = try numbers(job.new, job)
        let added = try entries(job.new, job, notIn: old)
        let removed = try entries(job.old, job, notIn: new)
        return ListComparison(addedCount: added.count, removedCount: removed.count, added: added.named, removed: removed.named)
    }

    private static func numbers(_ path: String, _ job: ListComparisonJob) throws -> Set<Int> {
        let sink = ComparisonSink(known: nil, mostNamed: 0)
        try read(path, job, into: sink)
        return sink.seen
    }

    private static func entries(_ path: String, _ job: ListComparisonJob, notIn known: Set<Int>) throws -> (count: Int, named: [String]) {
        let sink = ComparisonSink(known: known, mostNamed: job.mostNamed)
        try read(path, job, into: sink)
        return (sink.seen.count, sink.named)
    }

    private static func read(_ path: String, _ job: ListComparisonJob, into sink: ComparisonSink) throws {
        try LabelledReading.read(path, format: job.format, match: job.match, fileName: job.fileName, bounds: job.bounds) {
            sink.take($0, $1)
        }
    }
}

/// Numbers of entries, and the texts of some.
private final class ComparisonSink {
    let known: Set<Int>?
    let mostNamed: Int
    var seen: Set<Int> = []
    var named: [String] = []

    init(known: Set<Int>?, mostNamed: Int) {
        self.known = known
        self.mostNamed = mostNamed
    }

    func take(_ entry: ListEntry, _ label: String) {
        var hasher = Hasher()
        hasher.combine(label)
        hasher.combine(entry.kind)
        hasher.combine(entry.isException)
        hasher.combine(entry.text)
        let number = hasher.finalize()
        if let known, known.contains(number) { return }
        // What is refused was in force in neither.
        if known != nil, entry.refusal != nil { return }
        guard seen.insert(number).inserted, named.count < mostNamed else { return }
        named.append((label.isEmpty ? "" : label + ": ") + (entry.isException ? "@@" : "") + entry.text)
    }
}
