internal import GRDB
internal import PolicyCore
internal import Visits

/// Takes the journal into the database, in batches, exactly once: rows, roll-ups and the position read to are one transaction.
///
/// After a failed transaction it is thrown away and made anew from what the database holds.
final class JournalDrain {
    /// Records a transaction takes at most.
    private static let mostRecords = 8_000
    /// Milliseconds the database may lag behind what is recorded now before it takes as much of a core as it is given.
    private static let politeLag: Int64 = 2_000

    private let shared: JournalState
    private let saver: VisitSaver
    private var sources: [StreamKey: JournalSource] = [:]
    private var batch = VisitBatch()
    /// Boots of processes that are gone, until all they left is stored.
    private var deadBoots: Set<UInt64> = []
    private var ending: [UInt64] = []
    /// Boots whose process handed over and still records, with how far their streams were taken: left alone until it is gone.
    private var departing: [UInt64: [StreamKey: StreamPosition]] = [:]
    private var changed: [StreamKey] = []
    /// The number of the first row stored last.
    private var firstNumber: Int64?
    private var turns = ShortTurns()
    private let clock: @Sendable () -> Int64
    /// Files no longer needed once the database is on the disk.
    private(set) var finishedFiles: Set<String> = []

    init(shared: JournalState, options: VisitStoreOptions, in database: Database) throws {
        self.shared = shared
        clock = options.clock
        saver = try VisitSaver(zone: options.zone, site: options.site, in: database)
        try load(database)
    }

    /// Beginnings of this boot's streams that the database has.
    var taken: UInt64 { sources.reduce(0) { $1.key.boot == shared.boot ? $0 &+ $1.value.position.sequence : $0 } }

    var isReplaying: Bool { !deadBoots.isEmpty }

    /// Reads what is new into memory.
    /// - Parameter following: boots whose journal somebody still reads beside: left alone.
    /// - Returns: whether there is more than a batch holds.
    func read(live streams: [JournalStream], following: Set<UInt64>) -> Bool {
        for stream in streams {
            let key = StreamKey(boot: shared.boot, stream: stream.index)
            if let known = sources[key], known.live != nil { continue }
            let position = sources[key]?.position ?? StreamPosition(boot: shared.boot, stream: stream.index)
            sources[key] = JournalSource(folder: shared.folder, position: position, live: stream)
        }
        takeDeparted(except: following)
        var hasMore = false
        var isBehind = false
        turns.begin()
        // Live ones first: what happens now is seen at once, however much there is to replay.
        for key in sources.keys.sorted(by: { ($0.boot == shared.boot) == ($1.boot == shared.boot) ? $0 < $1 : $0.boot == shared.boot }) {
            guard var source = sources.removeValue(forKey: key) else { continue }
            let before = source.position
            if source.take(into: &batch, most: Self.mostRecords, &turns) {
                hasMore = true
                // What a process that is gone left is old, and has time.
                if source.live != nil && clock() &- source.position.lastTime > Self.politeLag { isBehind = true }
            }
            if source.position != before { changed.append(key) }
            sources[key] = source
        }
        turns.isBehind = isBehind
        endDeadBoots()
        return hasMore
    }

    /// Adds what the journal holds of budgets beyond the database, without taking it.
    func add(to seed: inout BudgetSeed) {
        for visit in batch.running.values { seed.resume(visit) }
        for source in sources.values {
            StreamUse(folder: shared.folder, position: source.position, numbers: source.numbers).add(to: &seed)
        }
    }

    /// Ends what runs of this process' own boot, which is about to be over.
    func endOwnBoot() {
        deadBoots.insert(shared.boot)
        for key in sources.keys where key.boot == shared.boot { sources[key]?.isExhausted = true }
        endDeadBoots()
    }

    var hasWork: Bool { !batch.isEmpty || !changed.isEmpty || !ending.isEmpty }

    /// Stores what was read, inside the caller's transaction.
    func save(in database: Database) throws {
        saver.interner.begin(at: clock())
        for key in changed {
            guard let source = sources[key] else { continue }
            try saver.save(source.position, kernel: source.cursor.header?.kernel ?? 0)
        }
        firstNumber = try saver.save(batch, in: database, &turns)
        for boot in ending {
            let number = try saver.number(ofBoot: boot)
            try database.execute(sql: WritingSQL.removePositions, arguments: [number])
            try database.execute(sql: WritingSQL.endBoot, arguments: [number])
        }
    }

    /// What was stored, once the transaction is through.
    /// - Parameter isWatched: whether anybody wants the rows.
    func saved(isWatched: Bool, site: (String) -> String) -> [VisitRow] {
        let rows =
            isWatched
            ? (batch.begunVisits(first: firstNumber) + batch.touched).map { $0.row(site: $0.beginning.host.presence.map(site)) } : []
        batch.saved(&turns)
        for key in changed {
            guard let source = sources[key] else { continue }
            for number in source.numbers where number < source.position.number { finish(key, number) }
            sources[key]?.numbers.removeAll { $0 < source.position.number }
        }
        changed = []
        for boot in ending {
            for (key, source) in sources where key.boot == boot {
                for number in source.numbers { finish(key, number) }
            }
            sources = sources.filter { $0.key.boot != boot }
            deadBoots.remove(boot)
        }
        ending = []
        return rows
    }

    /// Texts may have been deleted from the database.
    func forgetTexts() { saver.interner.forget() }

    func removed(_ files: Set<String>) { finishedFiles.subtract(files) }

    private func finish(_ key: StreamKey, _ number: UInt32) {
        finishedFiles.insert(SegmentName(boot: key.boot, stream: key.stream, number: number).file)
    }

    private func endDeadBoots() {
        for boot in deadBoots where !ending.contains(boot) {
            let streams = sources.filter { $0.key.boot == boot }.values
            guard streams.allSatisfy(\.isExhausted) else { continue }
            for visit in batch.running.values where visit.id.boot == boot { batch.finish(visit.interruption) }
            notePowerLoss(streams: Array(streams))
            ending.append(boot)
        }
    }

    /// A machine that went down may have taken the last second with it, unless every visit was synced.
    private func notePowerLoss(streams: [JournalSource]) {
        let torn = streams.filter { source in
            guard let header = source.cursor.header else { return false }
            return !source.position.isClosed && header.kernel != shared.kernel && !header.isStrict
        }
        guard let last = torn.map(\.position.lastTime).max(), last > 0 else { return }
        let from = Instant(milliseconds: last)
        batch.note(Coverage.Gap(from: from, to: Instant(milliseconds: last &+ 1_000), missing: nil, cause: "power-loss"))
    }
}

extension JournalDrain {
    private func load(_ database: Database) throws {
        let known = try JournalPositions.load(database)
        for boot in LivingBoot.all(in: shared.folder) where boot != shared.boot {
            departing[boot] = known.positions.filter { $0.key.boot == boot }
        }
        var numbers: [StreamKey: [UInt32]] = [:]
        for segment in SegmentName.all(in: shared.folder) {
            let key = StreamKey(boot: segment.boot, stream: segment.stream)
            if departing[segment.boot] != nil {
                continue
            } else if known.done.contains(segment.boot) || segment.number < known.positions[key]?.number ?? 0 {
                finishedFiles.insert(segment.file)
            } else if segment.boot != shared.boot {
                numbers[key, default: []].append(segment.number)
            }
        }
        for key in Set(numbers.keys).union(known.positions.keys) where departing[key.boot] == nil {
            let position = known.positions[key] ?? StreamPosition(boot: key.boot, stream: key.stream)
            if key.boot != shared.boot { deadBoots.insert(key.boot) }
            sources[key] = JournalSource(folder: shared.folder, position: position, live: nil, numbers: numbers[key] ?? [])
        }
        for visit in try OpenVisits.load(database) {
            try saver.identify(visit)
            batch.resume(visit)
            if visit.id.boot != shared.boot && departing[visit.id.boot] == nil { deadBoots.insert(visit.id.boot) }
        }
    }

    /// What a predecessor that has ended by now left in its journal is taken like that of any process that is gone.
    private func takeDeparted(except following: Set<UInt64>) {
        let gone = departing.filter { !following.contains($0.key) && !LivingBoot.isHeld($0.key, in: shared.folder) }
        if gone.isEmpty { return }
        var numbers: [StreamKey: [UInt32]] = [:]
        for segment in SegmentName.all(in: shared.folder) where gone[segment.boot] != nil {
            let key = StreamKey(boot: segment.boot, stream: segment.stream)
            if segment.number < gone[segment.boot]?[key]?.number ?? 0 {
                finishedFiles.insert(segment.file)
            } else {
                numbers[key, default: []].append(segment.number)
            }
        }
        for (boot, positions) in gone {
            departing[boot] = nil
            deadBoots.insert(boot)
            for key in Set(positions.keys).union(numbers.keys.filter { $0.boot == boot }) {
                let position = positions[key] ?? StreamPosition(boot: key.boot, stream: key.stream)
                sources[key] = JournalSource(folder: shared.folder, position: position, live: nil, numbers: numbers[key] ?? [])
            }
        }
    }
}
