import NIOConcurrencyHelpers
import PolicyCore
import Visits

/// Keeps visits of all loops in memory and tells what happened to each.
final class MemoryRecords: Sendable {
    struct Record: Sendable {
        var beginning: VisitBeginning
        var end: VisitEnd?
        /// How many ends came: anything but one is a fault.
        var ends = 0
        var isFlushed = false
    }

    struct State {
        var records: [VisitID: Record] = [:]
        var order: [VisitID] = []
        var progress: [VisitProgress] = []
        var draws: [VisitDraw] = []
        var unread = 0
        var isRecording = true
        var refusesFlush = false
        var waiting: [@Sendable (Bool) -> Void] = []
    }

    let state = NIOLockedValueBox(State())
    let isStrict: Bool

    init(isStrict: Bool = false) { self.isStrict = isStrict }

    func recorder(_ stream: Int) -> any VisitRecorder { MemoryRecorder(records: self, stream: UInt16(stream)) }

    /// In the order they began.
    var all: [Record] { state.withLockedValue { state in state.order.compactMap { state.records[$0] } } }
    var last: Record? { all.last }
    var unread: Int { state.withLockedValue { $0.unread } }

    /// Lets strict recorders say that everything is on disk.
    func sync() {
        let waiting = state.withLockedValue { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for done in waiting { done(true) }
    }
}

/// `@unchecked Sendable`: its own number is touched on one loop only, the rest is behind the lock of ``MemoryRecords``.
final class MemoryRecorder: VisitRecorder, @unchecked Sendable {
    private let records: MemoryRecords
    private let stream: UInt16
    private var sequence: UInt64 = 0
    private var unflushed: [VisitID] = []

    init(records: MemoryRecords, stream: UInt16) {
        self.records = records
        self.stream = stream
    }

    var isRecording: Bool { records.state.withLockedValue { $0.isRecording } }
    var isStrict: Bool { records.isStrict }

    func begin(_ visit: VisitBeginning) -> VisitID {
        sequence += 1
        let id = VisitID(boot: 1, stream: stream, sequence: sequence)
        unflushed.append(id)
        records.state.withLockedValue {
            $0.records[id] = MemoryRecords.Record(beginning: visit)
            $0.order.append(id)
        }
        return id
    }

    func progress(_ progress: VisitProgress) { records.state.withLockedValue { $0.progress.append(progress) } }

    func draw(_ draw: VisitDraw) { records.state.withLockedValue { $0.draws.append(draw) } }

    func end(_ end: VisitEnd) {
        records.state.withLockedValue {
            $0.records[end.id]?.end = end
            $0.records[end.id]?.ends += 1
        }
    }

    func flush() -> Bool {
        records.state.withLockedValue { state in
            if state.refusesFlush { return false }
            for id in unflushed { state.records[id]?.isFlushed = true }
            unflushed.removeAll()
            return true
        }
    }

    func whenDurable(_ done: @escaping @Sendable (Bool) -> Void) {
        if isStrict { records.state.withLockedValue { $0.waiting.append(done) } } else { done(true) }
    }

    func countUnread() { records.state.withLockedValue { $0.unread += 1 } }
}
