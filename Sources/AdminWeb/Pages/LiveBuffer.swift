import Synchronization
import VisitStore

/// What happened since the last write to a live page; the oldest is dropped where a page cannot keep up.
final class LiveBuffer: Sendable {
    static let most = 300

    private struct State {
        var rows: [VisitRow] = []
        var isFinished = false
    }

    private let state = Mutex(State())

    func add(_ row: VisitRow) {
        state.withLock { state in
            if state.rows.count >= Self.most { state.rows.removeFirst(state.rows.count - Self.most + 1) }
            state.rows.append(row)
        }
    }

    func finish() { state.withLock { $0.isFinished = true } }

    /// Everything since the last call, nil once there will be no more.
    func take() -> [VisitRow]? {
        state.withLock { state in
            if state.rows.isEmpty, state.isFinished { return nil }
            defer { state.rows = [] }
            return state.rows
        }
    }
}

extension VisitQuery {
    /// The same question as the search asks, of one visit in memory.
    func accepts(_ row: VisitRow) -> Bool {
        if let client, client != row.client { return false }
        if let group, group != row.group { return false }
        if let site, site != row.site { return false }
        if let host, host != row.host { return false }
        if let category, category != row.category { return false }
        if let verdict, verdict != row.verdict { return false }
        if let rule, rule != row.rule { return false }
        if let from, row.time < from { return false }
        if let to, row.time >= to { return false }
        guard let text else { return true }
        return "\(row.host ?? "")\(row.path ?? "")".lowercased().contains(text.lowercased())
    }
}
