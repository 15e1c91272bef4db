internal import PolicyCore
internal import Visits

/// What a stream has written of budgets since its segment began, and which visits under one run: what becomes of it is the checkpoint at the
/// head of the next segment.
///
/// What is appended waits until its bytes are written, as only then it is known in which segment they are.
struct BudgetTally: Sendable {
    private enum Event {
        case begin(UInt64, BudgetKey, minute: Int64, isPage: Bool)
        case draw(UInt64, VisitDraw)
        case grow(UInt64, minute: Int64, bytes: UInt64, isEnd: Bool)
    }

    private struct Minute: Hashable {
        var budget: BudgetKey
        var minute: Int64
    }

    private struct Amount {
        var bytes: UInt64 = 0
        var visits: UInt64 = 0
    }

    private var waiting: [(end: Int, event: Event)] = []
    private var uses: [Minute: Amount] = [:]
    private var running: [UInt64: DrawnBudgets] = [:]
    /// Visits under a budget whose beginning waits or was written, and whose end has not been appended.
    private var open: Set<UInt64> = []

    /// - Parameter end: where the frame ends among the bytes that wait.
    mutating func append(_ visit: VisitBeginning, sequence: UInt64, end: Int) {
        guard let budget = visit.budget, visit.verdict == .allow else { return }
        open.insert(sequence)
        waiting.append((end, .begin(sequence, budget, minute: visit.time.minute, isPage: visit.isPage)))
    }

    mutating func append(_ progress: VisitProgress, end: Int) {
        guard !open.isEmpty, open.contains(progress.id.sequence) else { return }
        waiting.append((end, .grow(progress.id.sequence, minute: progress.minute, bytes: progress.up &+ progress.down, isEnd: false)))
    }

    mutating func append(_ draw: VisitDraw, end: Int) {
        open.insert(draw.id.sequence)
        waiting.append((end, .draw(draw.id.sequence, draw)))
    }

    mutating func append(_ last: VisitEnd, end: Int) {
        guard !open.isEmpty, open.remove(last.id.sequence) != nil else { return }
        waiting.append((end, .grow(last.id.sequence, minute: last.lastMinute, bytes: last.up &+ last.down, isEnd: true)))
    }

    /// Takes up what lies before this place among the bytes that wait.
    mutating func written(upTo place: Int) {
        guard let first = waiting.first, first.end <= place else { return }
        let count = waiting.firstIndex { $0.end > place } ?? waiting.count
        for (_, event) in waiting[..<count] { take(event) }
        waiting.removeFirst(count)
    }

    /// The bytes that wait were given up, in part or whole: what they tell of was served all the same, and counts.
    mutating func writtenOrGivenUp() { written(upTo: .max) }

    /// The segment is full: what it held. The next begins with what runs.
    mutating func checkpoint(sequence: UInt64) -> BudgetCheckpoint {
        defer { uses = [:] }
        return BudgetCheckpoint(
            sequence: sequence,
            uses: uses.map {
                BudgetCheckpoint.Use(budget: $0.key.budget, minute: $0.key.minute, bytes: $0.value.bytes, visits: $0.value.visits)
            },
            running: running.flatMap { sequence, visit in
                visit.draws.map { BudgetCheckpoint.Running(sequence: sequence, budget: $0.budget, bytes: $0.bytes) }
            })
    }

    private mutating func take(_ event: Event) {
        switch event {
        case .begin(let sequence, let budget, let minute, let isPage):
            running[sequence] = DrawnBudgets(draws: [DrawnBudgets.Draw(budget: budget, bytes: 0)])
            note(BudgetNote(budget: budget, minute: minute, visits: isPage ? 1 : 0))
        case .draw(let sequence, let draw):
            var visit = running[sequence] ?? DrawnBudgets()
            visit.change(to: draw) { note($0) }
            running[sequence] = visit
        case .grow(let sequence, let minute, let bytes, let isEnd):
            guard var visit = running[sequence] else { return }
            visit.grow(minute: minute, to: bytes) { note($0) }
            running[sequence] = isEnd ? nil : visit
        }
    }

    private mutating func note(_ note: BudgetNote) {
        let key = Minute(budget: note.budget, minute: note.minute)
        uses[key, default: Amount()].bytes &+= note.bytes
        uses[key, default: Amount()].visits &+= UInt64(max(0, note.visits))
    }
}
