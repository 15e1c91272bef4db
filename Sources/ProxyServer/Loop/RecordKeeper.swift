import NIOCore
import PolicyCore
import Visits

/// One loop's way to the journal: numbers batches, writes at most one a tick, and tells when a visit's beginning is safe enough for the
/// last byte of its reply to leave (VISITS.md, "Order").
struct RecordKeeper {
    /// The batch a beginning was appended to. What it needs to be safe is that this batch was flushed.
    typealias Batch = UInt64

    let recorder: any VisitRecorder
    private var open: Batch = 1
    private var flushed: Batch = 0
    private var durable: Batch = 0
    private var isDirty = false
    private var waiting: [(batch: Batch, done: (Bool) -> Void)] = []

    init(recorder: any VisitRecorder) { self.recorder = recorder }

    var isRecording: Bool { recorder.isRecording }

    /// Begins a visit in the open batch.
    /// - Returns: true in `isFirst` where this made the batch dirty: the caller sees to a flush at the end of the tick.
    mutating func begin(_ beginning: VisitBeginning, now: @escaping @Sendable () -> Instant) -> BegunVisit {
        let visit = OpenVisit(beginning, recorder: recorder, now: now)
        return BegunVisit(visit: visit, batch: open, isFirst: markDirty())
    }

    /// - Returns: true where nothing was waiting to be written before.
    mutating func markDirty() -> Bool {
        defer { isDirty = true }
        return !isDirty
    }

    /// Hands everything appended to the kernel.
    mutating func flush() -> Bool {
        guard isDirty else { return true }
        guard recorder.flush() else { return false }
        isDirty = false
        flushed = open
        open &+= 1
        if !recorder.isStrict { durable = flushed }
        return true
    }

    /// Whether the batch is written and as durable as configured.
    func isSafe(_ batch: Batch) -> Bool { durable >= batch }

    var lastFlushed: Batch { flushed }

    /// Somebody waits for what is not written yet.
    var hasWaiting: Bool { waiting.contains { $0.batch == open } }

    mutating func wait(for batch: Batch, _ done: @escaping (Bool) -> Void) { waiting.append((batch, done)) }

    /// The open batch could not be written.
    /// - Returns: who waits for it, to be told by the caller.
    mutating func refused() -> [(Bool) -> Void] {
        let due = waiting.filter { $0.batch == open }.map(\.done)
        waiting.removeAll { $0.batch == open }
        return due
    }

    /// A batch was written, or a group sync has ended.
    /// - Returns: who waited for it, to be called by the caller once this value is no longer being changed.
    mutating func synced(upTo batch: Batch, worked: Bool) -> [(Bool) -> Void] {
        if worked { durable = max(durable, batch) }
        let due = waiting.filter { $0.batch <= batch }.map(\.done)
        waiting.removeAll { $0.batch <= batch }
        return due
    }
}

/// A visit that has begun, and where its beginning stands in the journal.
struct BegunVisit: ~Copyable {
    let visit: OpenVisit
    let batch: RecordKeeper.Batch
    let isFirst: Bool

    consuming func take() -> OpenVisit { visit }
}
