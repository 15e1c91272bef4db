internal import Foundation
internal import Glibc
internal import Synchronization

/// The thread beside the journal: syncs it, keeps a segment ready for each stream, and tries again after a full disk.
final class JournalKeeper: @unchecked Sendable {
    // Invariant: all stored variables are touched only while `condition` is locked.
    private let condition = NSCondition()
    private var streams: [JournalStream] = []
    private var waiting: [@Sendable (Bool) -> Void] = []
    private var isEnding = false
    private var hasEnded = false
    private let shared: JournalState

    init(shared: JournalState) { self.shared = shared }

    func start() {
        Thread { [self] in
            ThreadName.set("weir-journal")
            run()
        }.start()
    }

    func add(_ stream: JournalStream) {
        condition.lock()
        streams.append(stream)
        condition.signal()
        condition.unlock()
    }

    var allStreams: [JournalStream] {
        condition.lock()
        defer { condition.unlock() }
        return streams
    }

    /// Calls `done` after the next group sync, on this thread.
    func whenSynced(_ done: @escaping @Sendable (Bool) -> Void) {
        condition.lock()
        let isTaken = !hasEnded
        if isTaken { waiting.append(done) }
        condition.signal()
        condition.unlock()
        if !isTaken { done(false) }
    }

    /// Syncs once more and ends the thread.
    func end() {
        condition.lock()
        isEnding = true
        condition.signal()
        while !hasEnded { condition.wait() }
        condition.unlock()
    }

    private func run() {
        var lastSync = SystemTime.monotonic()
        while true {
            let (answers, streams, isLast) = next()
            let now = SystemTime.monotonic()
            if shared.isStopped.load(ordering: .relaxed) { recover(streams) }
            if !answers.isEmpty || isLast || now &- lastSync >= 1_000 {
                let isSynced = sync(streams)
                lastSync = now
                for answer in answers { answer(isSynced) }
            }
            if isLast { return finish() }
            if !shared.isStopped.load(ordering: .relaxed) { prepare(streams) }
        }
    }

    /// Waits for somebody who needs a sync, half a second at most.
    private func next() -> ([@Sendable (Bool) -> Void], [JournalStream], Bool) {
        condition.lock()
        if waiting.isEmpty && !isEnding { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.5)) }
        defer {
            waiting = []
            condition.unlock()
        }
        return (waiting, streams, isEnding)
    }

    private func finish() {
        condition.lock()
        hasEnded = true
        let late = waiting
        waiting = []
        condition.broadcast()
        condition.unlock()
        for answer in late { answer(false) }
    }

    /// One sync for each segment that has something new. What is written while it runs waits for the next round.
    private func sync(_ streams: [JournalStream]) -> Bool {
        var isSynced = true
        for stream in streams {
            let segments = stream.takeUnsynced()
            for (index, segment) in segments.enumerated() {
                do {
                    try shared.disk.sync(segment.descriptor)
                } catch {
                    isSynced = false
                    stream.giveBack(Array(segments[index...]))
                    shared.stop(error as? DiskError ?? DiskError(code: EIO))
                    break
                }
            }
        }
        do {
            try shared.syncFolder()
        } catch {
            isSynced = false
            shared.stop(error as? DiskError ?? DiskError(code: EIO))
        }
        return isSynced
    }

    /// Recording goes on once every stream has written what waits and the disk has taken a sync.
    private func recover(_ streams: [JournalStream]) {
        if streams.allSatisfy({ $0.retry() }) && sync(streams) { shared.goOn() }
    }

    private func prepare(_ streams: [JournalStream]) {
        for stream in streams { stream.prepareSpare() }
    }
}

extension JournalStream {
    /// The segments a sync must cover; the current one stays the stream's.
    func takeUnsynced() -> [JournalSegment] {
        state.withLock { state in
            var segments = state.unsynced
            state.unsynced = []
            if state.isDirty, let segment = state.segment { segments.append(segment) }
            state.isDirty = false
            return segments
        }
    }

    func giveBack(_ segments: [JournalSegment]) {
        state.withLock { $0.unsynced = segments + $0.unsynced }
    }

    /// Makes the next segment ahead of need, off the event loop. Failing is no news: the flush that needs it will say so.
    func prepareSpare() {
        let isNeeded = state.withLock { state in
            !state.isClosed && state.spare == nil && state.segment.map { state.offset > $0.size / 2 } ?? false
        }
        guard isNeeded, let made = try? shared.disk.create(shared.path(spareFile) + "+", shared.segmentBytes) else { return }
        let segment = JournalSegment(descriptor: made, size: shared.segmentBytes)
        state.withLock { state in
            // A flush may have been quicker; then this file is not wanted.
            guard state.spare == nil, !state.isClosed, rename(shared.path(spareFile) + "+", shared.path(spareFile)) == 0 else {
                unlink(shared.path(spareFile) + "+")
                return
            }
            state.spare = segment
        }
    }
}
