public import PolicyCore

/// A visit that has begun and must end: closing consumes it, so it cannot end twice; dropped unclosed it records `interrupted`.
public struct OpenVisit: ~Copyable {
    public let id: VisitID
    public let began: Instant
    private let recorder: any VisitRecorder
    private let now: @Sendable () -> Instant
    private var closed = false

    /// Begins a visit. `now` is asked once more only if the visit is dropped unclosed.
    public init(_ beginning: VisitBeginning, recorder: any VisitRecorder, now: @escaping @Sendable () -> Instant) {
        id = recorder.begin(beginning)
        began = beginning.time
        self.recorder = recorder
        self.now = now
    }

    /// Ends the visit. `end.id` is overwritten with this visit's own.
    public consuming func close(_ end: VisitEnd) {
        var end = end
        end.id = id
        recorder.end(end)
        closed = true
    }

    /// Records that there was traffic in this minute.
    public func progress(minute: Int64, up: UInt64, down: UInt64) {
        recorder.progress(VisitProgress(id: id, minute: minute, up: up, down: down))
    }

    /// Records what it draws on from here on. `draw.id` is overwritten with this visit's own.
    public func draw(_ draw: VisitDraw) {
        var draw = draw
        draw.id = id
        recorder.draw(draw)
    }

    deinit {
        if closed { return }
        let at = now()
        let took = max(0, at.milliseconds - began.milliseconds)
        recorder.end(VisitEnd(id: id, status: 0, milliseconds: UInt64(took), outcome: .interrupted, lastMinute: at.minute))
    }
}
