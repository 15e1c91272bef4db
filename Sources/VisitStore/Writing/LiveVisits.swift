internal import Synchronization

/// Those who watch visits as they are stored. Whoever is too slow loses the oldest.
final class LiveVisits: Sendable {
    private struct State: Sendable {
        var next = 0
        var watchers: [Int: AsyncStream<VisitRow>.Continuation] = [:]
    }

    private let state = Mutex(State())

    var isWatched: Bool { state.withLock { !$0.watchers.isEmpty } }

    func subscribe(buffer: Int) -> AsyncStream<VisitRow> {
        let (stream, continuation) = AsyncStream.makeStream(of: VisitRow.self, bufferingPolicy: .bufferingNewest(max(1, buffer)))
        let key = state.withLock { state in
            state.next += 1
            state.watchers[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.watchers.removeValue(forKey: key) }
        }
        return stream
    }

    func publish(_ rows: [VisitRow]) {
        if rows.isEmpty { return }
        for watcher in state.withLock({ Array($0.watchers.values) }) {
            for row in rows { watcher.yield(row) }
        }
    }

    func finish() {
        let watchers = state.withLock { state in
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.finish() }
    }
}
