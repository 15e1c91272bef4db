internal import PolicyCore
internal import Visits

/// Visits between journal and database: takes records up in memory, then says what a transaction has to store.
struct VisitBatch {
    /// A visit begun since the last save.
    enum Begun {
        /// By its index among ``VisitBatch/whole``.
        case whole(Int)
        case running(RunningVisit)
    }

    /// Visits of one stream without a gap in their numbers, taken from frames: where they are is reckoned, not looked up.
    private struct Window {
        var sequence: UInt64 = 0
        var index = 0
        var count = 0
        /// Those without an end.
        var open = 0
    }

    /// Visits begun and not ended, by identity.
    private(set) var running: [VisitID: RunningVisit] = [:]
    /// Visits begun since the last save, in order.
    private(set) var begun: [Begun] = []
    /// Those of them that began and ended in frames.
    private(set) var whole = WholeVisits()
    /// Visits saved open that had news since.
    private(set) var touched: [RunningVisit] = []
    private(set) var gaps: [Coverage.Gap] = []
    private var window = Window()

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
            begun.append(.running(visit))
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

    /// Visits begun since the last save, in order.
    /// - Parameter first: the number of the first one's row, where they are stored: theirs follow each other.
    func begunVisits(first: Int64? = nil) -> [RunningVisit] {
        begun.enumerated().map { index, begun in
            switch begun {
            case .running(let visit): return visit
            case .whole(let place):
                let visit = whole.running(place)
                visit.number = first.map { $0 &+ Int64(index) }
                return visit
            }
        }
    }

    mutating func saved(_ turns: inout ShortTurns) {
        // One by one: letting go of thousands of visits takes milliseconds.
        while begun.popLast() != nil { turns.step() }
        whole.removeAll()
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

extension VisitBatch {
    /// Takes up what a frame says. A visit that begins and ends here is kept as it stands in the frames, unless there is more to tell of it.
    /// ``settle()`` must follow before frames of another stream.
    /// - Returns: false for content this version does not know.
    mutating func take(frame: UnsafeRawBufferPointer, _ position: inout StreamPosition, cause: @autoclosure () -> String) -> Bool {
        guard let (kind, sequence) = JournalDecoder.head(frame) else { return false }
        switch kind {
        case .begin:
            if takeBeginning(frame, sequence, &position) { return true }
            settle()
        case .end:
            if takeEnd(frame, sequence) { return true }
            run(sequence)
        case .progress, .draw: run(sequence)
        case .closed, .checkpoint: break
        }
        guard let record = JournalDecoder.record(frame, boot: position.boot, stream: position.stream) else { return false }
        take(record, &position, cause: cause())
        return true
    }

    /// What began in frames and has not ended runs on.
    mutating func settle() {
        if window.open > 0 {
            for offset in 0..<window.count { run(window.sequence &+ UInt64(offset)) }
        }
        window = Window()
    }

    private mutating func takeBeginning(_ frame: UnsafeRawBufferPointer, _ sequence: UInt64, _ position: inout StreamPosition) -> Bool {
        guard sequence == position.sequence &+ 1, sequence != 0, let fields = JournalDecoder.beginning(frame) else { return false }
        position.sequence = sequence
        position.lastTime = fields.time.milliseconds
        if window.count == 0 { (window.sequence, window.index) = (sequence, begun.count) }
        window.count &+= 1
        window.open &+= 1
        let id = VisitID(boot: position.boot, stream: position.stream, sequence: sequence)
        begun.append(.whole(whole.append(id, fields, frame: frame)))
        return true
    }

    /// An end in the visit's first minute says all there is of its traffic.
    private mutating func takeEnd(_ frame: UnsafeRawBufferPointer, _ sequence: UInt64) -> Bool {
        guard let (_, place) = openWhole(sequence), let end = JournalDecoder.end(frame),
            end.lastMinute <= whole.visits[place].beginning.time.minute
        else { return false }
        whole.end(place, end, frame: frame)
        window.open &-= 1
        return true
    }

    /// A visit kept as bytes that lasts, or of which there is more to tell.
    private mutating func run(_ sequence: UInt64) {
        guard let (index, place) = openWhole(sequence) else { return }
        let visit = whole.running(place)
        running[visit.id] = visit
        begun[index] = .running(visit)
        window.open &-= 1
    }

    /// Where a visit is that began in the window and has no end: among those begun and among the whole ones.
    private func openWhole(_ sequence: UInt64) -> (index: Int, place: Int)? {
        guard sequence >= window.sequence, sequence &- window.sequence < UInt64(window.count) else { return nil }
        let index = window.index &+ Int(sequence &- window.sequence)
        guard case .whole(let place) = begun[index], whole.visits[place].end == nil else { return nil }
        return (index, place)
    }
}
