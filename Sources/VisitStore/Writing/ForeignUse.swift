internal import PolicyCore
internal import Synchronization

/// Hands on what another process used of budgets; keeps it until somebody asks.
final class ForeignUse: Sendable {
    private struct State {
        var kept: [BudgetNote] = []
        var observer: (@Sendable ([BudgetNote]) -> Void)?
    }

    private let state = Mutex(State())

    func publish(_ notes: [BudgetNote]) {
        if notes.isEmpty { return }
        let observer = state.withLock { state in
            if state.observer == nil { state.kept += notes }
            return state.observer
        }
        observer?(notes)
    }

    func observe(_ observer: @escaping @Sendable ([BudgetNote]) -> Void) {
        let kept = state.withLock { state in
            defer { state.kept = [] }
            state.observer = observer
            return state.kept
        }
        if !kept.isEmpty { observer(kept) }
    }
}
