internal import Synchronization

/// Password checks waiting or running. Over the limit nothing is checked, so that a flood of guesses with made-up names takes no more than one
/// core and a short queue; no client takes more than half of it.
final class CheckPlaces: Sendable {
    private struct State {
        var count = 0
        var held: [String: Int] = [:]
    }

    private static let most = 32
    private let state = Mutex(State())

    /// - Parameter client: whose address it is; nil where none is known: then only the whole is counted.
    /// - Returns: false, and nothing counted, where nothing more is checked now.
    func enter(_ client: String?) -> Bool {
        state.withLock { state in
            guard state.count < Self.most else { return false }
            if let client {
                guard state.held[client, default: 0] < Self.most / 2 else { return false }
                state.held[client, default: 0] += 1
            }
            state.count += 1
            return true
        }
    }

    func leave(_ client: String?) {
        state.withLock { state in
            state.count -= 1
            if let client, let held = state.held[client] { state.held[client] = held > 1 ? held - 1 : nil }
        }
    }
}
