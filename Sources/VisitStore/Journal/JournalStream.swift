internal import Glibc
internal import PolicyCore
internal import Synchronization
internal import Visits

/// One event loop's stream of the journal.
///
/// The loop appends and flushes; the keeper's thread syncs, prepares the next segment and retries after a full disk; the writer's thread asks
/// how far it may read. The lock between them is held for a copy into memory or one `pwrite`.
final class JournalStream: VisitRecorder {
    let index: UInt16
    let shared: JournalState
    let keeper: JournalKeeper
    let state = Mutex(State())

    struct State: Sendable {
        /// Frames not yet written; those before `written` are.
        var pending = JournalEncoder()
        var written = 0
        var next: UInt64 = 1
        /// The last beginning that reached the kernel, and how many did.
        var flushedSequence: UInt64 = 0
        var segment: JournalSegment?
        var number: UInt32 = 0
        var offset = 0
        var spare: JournalSegment?
        /// Segments with bytes the disk may not have.
        var unsynced: [JournalSegment] = []
        var isDirty = false
        var isClosed = false
        /// Beginnings given up while the disk was full, since the last that was written.
        var dropped: UInt64 = 0
        var droppedOpen: Set<UInt64> = []
        var budgets = BudgetTally()
    }

    init(index: UInt16, shared: JournalState, keeper: JournalKeeper) {
        self.index = index
        self.shared = shared
        self.keeper = keeper
    }

    var isRecording: Bool { shared.countsWhenFull.load(ordering: .relaxed) || !shared.isStopped.load(ordering: .acquiring) }

    var isStrict: Bool { shared.isStrict }

    func begin(_ visit: VisitBeginning) -> VisitID {
        state.withLock { state in
            let sequence = state.next
            state.next &+= 1
            state.pending.append(visit, sequence: sequence)
            state.budgets.append(visit, sequence: sequence, end: state.pending.bytes.count)
            return VisitID(boot: shared.boot, stream: index, sequence: sequence)
        }
    }

    func progress(_ progress: VisitProgress) {
        state.withLock { state in
            state.pending.append(progress)
            state.budgets.append(progress, end: state.pending.bytes.count)
        }
    }

    func draw(_ draw: VisitDraw) {
        state.withLock { state in
            state.pending.append(draw)
            state.budgets.append(draw, end: state.pending.bytes.count)
        }
    }

    func end(_ end: VisitEnd) {
        state.withLock { state in
            state.pending.append(end)
            state.budgets.append(end, end: state.pending.bytes.count)
        }
    }

    func flush() -> Bool {
        state.withLock { write(&$0) }
    }

    func whenDurable(_ done: @escaping @Sendable (Bool) -> Void) {
        if isStrict { keeper.whenSynced(done) } else { done(true) }
    }

    func countUnread() { shared.unread.wrappingAdd(1, ordering: .relaxed) }

    func countRefused() { shared.refused.wrappingAdd(1, ordering: .relaxed) }

    /// How far the writer may read, beginnings written, and beginnings given up.
    var published: (number: UInt32, offset: Int, sequence: UInt64, dropped: UInt64) {
        state.withLock { ($0.number, $0.offset, $0.flushedSequence, $0.dropped) }
    }

    /// Says that nothing more comes, and writes what is left.
    func close() -> Bool {
        state.withLock { state in
            if !state.isClosed { state.pending.appendClosed(last: state.next &- 1) }
            state.isClosed = true
            state.spare = nil
            return write(&state)
        }
    }
}
