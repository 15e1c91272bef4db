import PolicyCore
import Synchronization
import Testing

@testable import Visits

/// Keeps what it is given.
private final class Notebook: VisitRecorder {
    struct Notes {
        var begun: [VisitBeginning] = []
        var progress: [VisitProgress] = []
        var draws: [VisitDraw] = []
        var ended: [VisitEnd] = []
    }

    let notes = Mutex(Notes())
    var isRecording: Bool { true }
    var isStrict: Bool { false }

    func begin(_ visit: VisitBeginning) -> VisitID {
        notes.withLock { notes in
            notes.begun.append(visit)
            return VisitID(boot: 1, stream: 2, sequence: UInt64(notes.begun.count))
        }
    }

    func progress(_ progress: VisitProgress) { notes.withLock { $0.progress.append(progress) } }
    func draw(_ draw: VisitDraw) { notes.withLock { $0.draws.append(draw) } }
    func end(_ end: VisitEnd) { notes.withLock { $0.ended.append(end) } }
    func flush() -> Bool { true }
    func whenDurable(_ done: @escaping @Sendable (Bool) -> Void) { done(true) }
    func countUnread() {}
}

@Suite struct OpenVisitTests {
    private let beginning = VisitBeginning(time: Instant(milliseconds: 120_500), client: "anna", address: nil, verdict: .allow)
    private let later: @Sendable () -> Instant = { Instant(milliseconds: 183_000) }

    @Test func closingRecordsItsEndOnce() {
        let notebook = Notebook()
        let visit = OpenVisit(beginning, recorder: notebook, now: later)
        #expect(visit.id.sequence == 1)
        #expect(visit.began == beginning.time)
        visit.progress(minute: 2, up: 1, down: 2)
        let foreign = VisitID(boot: 9, stream: 9, sequence: 9)
        visit.draw(VisitDraw(id: foreign, minute: 2, lastMinute: 2, up: 1, down: 2, targets: [], isTraffic: true, isPage: false))
        #expect(notebook.notes.withLock { $0.draws.map(\.id.sequence) } == [1])
        visit.close(VisitEnd(id: foreign, status: 200, up: 3, down: 4, milliseconds: 5, outcome: .complete, lastMinute: 2))
        notebook.notes.withLock { notes in
            #expect(notes.ended.map(\.outcome) == [.complete])
            #expect(notes.ended.map(\.id) == [VisitID(boot: 1, stream: 2, sequence: 1)])
            #expect(notes.progress.map(\.down) == [2])
        }
    }

    @Test func droppingRecordsAnInterruption() {
        let notebook = Notebook()
        do { _ = OpenVisit(beginning, recorder: notebook, now: later) }
        notebook.notes.withLock { notes in
            #expect(notes.ended.map(\.outcome) == [.interrupted])
            #expect(notes.ended.map(\.milliseconds) == [62_500])
            #expect(notes.ended.map(\.lastMinute) == [3])
            #expect(notes.ended.map(\.id.sequence) == [1])
        }
    }

    @Test func clockSetBackGivesNoNegativeDuration() {
        let notebook = Notebook()
        do { _ = OpenVisit(beginning, recorder: notebook) { Instant(milliseconds: 0) } }
        #expect(notebook.notes.withLock { $0.ended.map(\.milliseconds) } == [0])
    }

    @Test func identityIsText() {
        #expect(VisitID(boot: 0x5f0c, stream: 2, sequence: 118).text == "5f0c-2-118")
    }
}
