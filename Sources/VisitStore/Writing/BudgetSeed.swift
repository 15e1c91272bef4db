internal import GRDB
internal import PolicyCore
internal import Visits

/// What budgets were used for, gathered at start: hourly roll-ups, then what the journal holds beyond them. Afterwards, what a predecessor that
/// still runs goes on to use.
struct BudgetSeed {
    /// Milliseconds since 1970.
    let since: Int64
    private(set) var notes: [BudgetNote] = []
    /// Beginnings that wait in the journal.
    private(set) var waiting: UInt64 = 0
    private var running: [VisitID: DrawnBudgets] = [:]

    init(since: Int64) { self.since = since }

    /// Every active minute of an hour is a note; the hour's bytes and page views go with the first.
    mutating func read(_ database: Database) throws {
        let sql = """
            SELECT t.text, x.hour, x.pageviews, x.bytes, x.bits FROM hour_budget x JOIN term t ON t.id = x.budget
            WHERE x.hour >= ? ORDER BY x.hour
            """
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [floorDivide(since, 1_000) &- 3_600])
        while let row = try rows.next() {
            guard let budget = (row[0] as String?).flatMap({ BudgetText.decode($0) }) else { continue }
            let start = floorDivide(row[1] as Int64? ?? 0, 60)
            let bits = UInt64(bitPattern: row[4] as Int64? ?? 0)
            var bytes = UInt64(bitPattern: row[3] as Int64? ?? 0)
            var visits = Int(row[2] as Int64? ?? 0)
            for minute in 0..<Int64(60) where bits & (1 << UInt64(minute)) != 0 {
                notes.append(BudgetNote(budget: budget, minute: start &+ minute, bytes: bytes, visits: visits))
                bytes = 0
                visits = 0
            }
            if bytes != 0 || visits != 0 { notes.append(BudgetNote(budget: budget, minute: start, bytes: bytes, visits: visits)) }
        }
    }

    /// Takes up a visit that the database has without its end.
    mutating func resume(_ visit: RunningVisit) {
        guard visit.beginning.verdict == .allow else { return }
        let (bytes, isLater) = (visit.up &+ visit.down, visit.draws != nil)
        let budgets = visit.draws?.map(\.budget) ?? [visit.beginning.budget].compactMap { $0 }
        if budgets.isEmpty { return }
        running[visit.id] = DrawnBudgets(draws: budgets.map { DrawnBudgets.Draw(budget: $0, bytes: bytes, isLater: isLater) })
    }

    mutating func take(_ record: JournalRecord, boot: UInt64, stream: UInt16) {
        switch record {
        case .begin(let sequence, let visit):
            guard let budget = visit.budget, visit.verdict == .allow else { return }
            running[VisitID(boot: boot, stream: stream, sequence: sequence)] = DrawnBudgets(
                draws: [DrawnBudgets.Draw(budget: budget, bytes: 0)])
            note(BudgetNote(budget: budget, minute: visit.time.minute, visits: visit.isPage ? 1 : 0))
        case .progress(let sequence, let minute, let up, let down):
            grow(VisitID(boot: boot, stream: stream, sequence: sequence), minute: minute, to: up &+ down)
        case .draw(_, let draw):
            var visit = running[draw.id] ?? DrawnBudgets()
            visit.change(to: draw) { note($0) }
            running[draw.id] = visit
        case .end(_, let end):
            grow(end.id, minute: end.lastMinute, to: end.up &+ end.down)
            running[end.id] = nil
        case .closed, .checkpoint: break
        }
    }

    /// Takes a whole segment of a stream as the one after it tells.
    mutating func take(_ checkpoint: BudgetCheckpoint, boot: UInt64, stream: UInt16) {
        for use in checkpoint.uses {
            note(BudgetNote(budget: use.budget, minute: use.minute, bytes: use.bytes, visits: Int(clamping: use.visits)))
        }
        running = running.filter { $0.key.boot != boot || $0.key.stream != stream }
        for visit in checkpoint.running {
            // One that draws on two stands there twice. Its minutes so far are among the uses.
            running[VisitID(boot: boot, stream: stream, sequence: visit.sequence), default: DrawnBudgets()].draws.append(
                DrawnBudgets.Draw(budget: visit.budget, bytes: visit.bytes, isLater: true))
        }
    }

    mutating func countWaiting(_ count: UInt64) { waiting &+= count }

    /// The notes since the last call.
    mutating func takeNotes() -> [BudgetNote] {
        defer { notes = [] }
        return notes
    }

    private mutating func grow(_ id: VisitID, minute: Int64, to bytes: UInt64) {
        guard var visit = running[id] else { return }
        visit.grow(minute: minute, to: bytes) { note($0) }
        running[id] = visit
    }

    private mutating func note(_ note: BudgetNote) {
        if note.minute &* 60_000 < since { return }
        notes.append(note)
    }
}
