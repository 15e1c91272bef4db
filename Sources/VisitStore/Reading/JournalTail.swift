internal import GRDB
internal import Glibc
internal import PolicyCore
internal import Visits

/// What the journal holds beyond the database, for a reader beside the writer.
struct JournalTail {
    /// Visits only journalled, in order, and news of those the database has without an end.
    struct Visits {
        fileprivate var begun: [VisitRow] = []
        fileprivate var news: [String: VisitRow] = [:]
        private var at = 0

        init() {}

        /// A row of the database as it stands by the journal.
        func current(_ row: VisitRow) -> VisitRow { row.outcome == .open ? news[row.id] ?? row : row }

        /// The next journalled visit that comes before a row.
        mutating func next(before row: VisitRow, oldestFirst: Bool) -> VisitRow? {
            guard at < begun.count else { return nil }
            let isBefore = oldestFirst ? begun[at].time < row.time : begun[at].time > row.time
            return isBefore ? next() : nil
        }

        mutating func next() -> VisitRow? {
            guard at < begun.count else { return nil }
            defer { at += 1 }
            return begun[at]
        }
    }

    private let folder: String
    private let isRecorded: Bool
    private var files: [SegmentName: OpenFile] = [:]

    /// Opens every segment there is.
    init(folder: String, isRecording: Bool) {
        self.folder = folder
        isRecorded = isRecording || JournalLock.isHeld(in: folder)
        for name in SegmentName.all(in: folder) {
            if let file = OpenFile(path: folder + "/" + name.file) { files[name] = file }
        }
    }

    /// Reads on from where the database is, inside one read transaction of it.
    func read(matching query: VisitQuery, oldestFirst: Bool, _ database: Database) throws -> Visits {
        var batch = VisitBatch()
        var ended: [RunningVisit] = []
        for visit in try OpenVisits.load(database) {
            batch.resume(visit)
            ended.append(visit)
        }
        let positions = try JournalPositions.load(database)
        let streams = Dictionary(grouping: files.keys.filter { !positions.done.contains($0.boot) }) { [$0.boot, UInt64($0.stream)] }
        for names in streams.values {
            guard let first = names.min() else { continue }
            var position =
                positions.positions[StreamKey(boot: first.boot, stream: first.stream)]
                ?? StreamPosition(boot: first.boot, stream: first.stream)
            if position.number < first.number { (position.number, position.offset) = (first.number, SegmentHeader.size) }
            var cursor = SegmentCursor(
                folder: folder, boot: first.boot, stream: first.stream, number: position.number, offset: position.offset)
            for name in names { cursor.held[name.number] = files[name] }
            _ = cursor.read(upTo: nil, numbers: names.map(\.number).sorted(), most: .max) { record, _ in
                batch.take(record, &position, cause: "")
            }
        }
        if !isRecorded {
            for visit in batch.running.values { batch.finish(visit.interruption) }
        }
        return visits(batch.begun, ended, query, oldestFirst, database)
    }

    private func visits(
        _ begun: [RunningVisit], _ known: [RunningVisit], _ query: VisitQuery, _ oldestFirst: Bool, _ database: Database
    ) -> Visits {
        var visits = Visits()
        visits.begun = begun.map { $0.row(site: $0.beginning.host.presence.map(RegistrableSite.of)) }.filter(query.matches)
        visits.begun.sort { oldestFirst ? $0.time < $1.time : $0.time > $1.time }
        for visit in known {
            var row = visit.row(site: visit.beginning.host.presence.map(RegistrableSite.of))
            row.number = visit.number
            visits.news[row.id] = row
        }
        return visits
    }
}

extension VisitQuery {
    /// Whether a visit that is not in the database matches.
    func matches(_ row: VisitRow) -> Bool {
        if let from, row.time < from { return false }
        if let to, row.time >= to { return false }
        if let client, row.client != client { return false }
        if let group, row.group != group { return false }
        if let site, row.site != site { return false }
        if let host, row.host != host { return false }
        if let category, row.category != category { return false }
        if let verdict, row.verdict != verdict { return false }
        if let rule, row.rule != rule { return false }
        if let list, row.list != list { return false }
        if let text, !text.isEmpty {
            let wanted = text.lowercased()
            return (row.host ?? "").lowercased().contains(wanted) || (row.path ?? "").lowercased().contains(wanted)
        }
        return true
    }
}
