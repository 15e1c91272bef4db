internal import PolicyCore
internal import Visits

/// Visits between journal and database: takes records up in memory, then says what a transaction has to store.
struct VisitBatch {
    /// Visits begun and not ended, by identity.
    private(set) var running: [VisitID: RunningVisit] = [:]
    /// Visits begun since the last save, in order.
    private(set) var begun: [RunningVisit] = []
    /// Visits saved open that had news since.
    private(set) var touched: [RunningVisit] = []
    private(set) var gaps: [Coverage.Gap] = []

    var isEmpty: Bool { begun.isEmpty && touched.isEmpty && gaps.isEmpty }

    /// Takes up a visit that was saved open.
    mutating func resume(_ visit: RunningVisit) { running[visit.id] = visit }

    /// - Parameter cause: what a jump in the numbers would be due to.
    mutating func take(_ record: JournalRecord, _ position: inout StreamPosition, cause: @autoclosure () -> String) {
        switch record {
        case .begin(let sequence, let beginning):
            // Not a new one: a record of a segment read before.
            if sequence <= position.sequence { return }
            noteGap(upTo: sequence, time: beginning.time.milliseconds, position, cause())
            position.sequence = sequence
            position.lastTime = beginning.time.milliseconds
            let id = VisitID(boot: position.boot, stream: position.stream, sequence: sequence)
            let visit = RunningVisit(id: id, beginning: beginning)
            running[id] = visit
            begun.append(visit)
        case .progress(let sequence, let minute, let up, let down):
            let id = VisitID(boot: position.boot, stream: position.stream, sequence: sequence)
            guard let visit = running[id] else { return }
            visit.progress(minute: minute, up: up, down: down)
            touch(visit)
        case .draw(_, let draw):
            guard let visit = running[draw.id] else { return }
            visit.draw(draw)
            touch(visit)
        case .end(_, let end):
            finish(end)
        case .closed(let last):
            if last < UInt64.max { noteGap(upTo: last &+ 1, time: position.lastTime, position, cause()) }
            position.sequence = max(position.sequence, last)
            position.isClosed = true
        case .checkpoint: break
        }
    }

    /// An end without a beginning belongs to one that was lost, and is counted by its gap.
    mutating func finish(_ end: VisitEnd) {
        guard let visit = running.removeValue(forKey: end.id) else { return }
        visit.finish(end)
        touch(visit)
    }

    mutating func note(_ gap: Coverage.Gap) { gaps.append(gap) }

    mutating func saved(_ turns: inout ShortTurns) {
        // One by one: letting go of thousands of visits takes milliseconds.
        while begun.popLast() != nil { turns.step() }
        touched.removeAll(keepingCapacity: true)
        gaps.removeAll(keepingCapacity: true)
    }

    private mutating func touch(_ visit: RunningVisit) {
        if visit.number != nil && !visit.isTouched {
            visit.isTouched = true
            touched.append(visit)
        }
    }

    private mutating func noteGap(upTo sequence: UInt64, time: Int64, _ position: StreamPosition, _ cause: String) {
        guard sequence > position.sequence &+ 1 else { return }
        let from = position.lastTime == 0 ? time : position.lastTime
        gaps.append(
            Coverage.Gap(
                from: Instant(milliseconds: min(from, time)), to: Instant(milliseconds: max(from, time)),
                missing: sequence &- position.sequence &- 1, cause: cause))
    }
}
