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

    /// One stream being read.
    struct Stream {
        fileprivate var cursor: SegmentCursor
        fileprivate var position: StreamPosition
        fileprivate let numbers: [UInt32]
        private(set) var isAtEnd = false

        fileprivate init(cursor: SegmentCursor, position: StreamPosition, numbers: [UInt32]) {
            self.cursor = cursor
            self.position = position
            self.numbers = numbers
        }

        /// When the last visit read began, milliseconds since 1970.
        var lastTime: Int64 { position.lastTime }

        mutating func take(into batch: inout VisitBatch, most: Int) {
            var position = position
            let stop = cursor.read(upTo: nil, numbers: numbers, most: most) { record, _ in
                batch.take(record, &position, cause: "")
            }
            self.position = position
            isAtEnd = stop == .end
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
        for var stream in streams(after: try JournalPositions.load(database)) { stream.take(into: &batch, most: .max) }
        if !isRecorded {
            for visit in batch.running.values { batch.finish(visit.interruption) }
        }
        return visits(batch.begunVisits(), ended, query, oldestFirst, database)
    }

    /// Each stream from where the database is.
    func streams(after positions: JournalPositions) -> [Stream] {
        let names = Dictionary(grouping: files.keys.filter { !positions.done.contains($0.boot) }) {
            StreamKey(boot: $0.boot, stream: $0.stream)
        }
        return names.map { key, names in
            var position = positions.positions[key] ?? StreamPosition(boot: key.boot, stream: key.stream)
            let numbers = names.map(\.number).sorted()
            if let first = numbers.first, position.number < first { (position.number, position.offset) = (first, SegmentHeader.size) }
            var cursor = SegmentCursor(
                folder: folder, boot: key.boot, stream: key.stream, number: position.number, offset: position.offset)
            for name in names { cursor.held[name.number] = files[name] }
            return Stream(cursor: cursor, position: position, numbers: numbers)
        }
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
