internal import Synchronization

/// Password checks waiting or running. Over the limit nothing is checked, so that a flood of guesses with made-up names takes no more than one
/// core and a short queue, of which no client takes more than its share.
final class CheckPlaces: Sendable {
    private struct State {
        var count = 0
        var held: [String: Int] = [:]
    }

    static let most = 32
    private let share: Int
    private let state = Mutex(State())

    /// - Parameter share: how many checks of one client wait or run. One takes a third of a second, and whoever comes behind waits for them all.
    init(share: Int) { self.share = share }

    /// - Parameter client: whose address it is; nil where none is known: then only the whole is counted.
    /// - Returns: false, and nothing counted, where nothing more is checked now.
    func enter(_ client: String?) -> Bool {
        state.withLock { state in
            guard state.count < Self.most else { return false }
            if let client {
                guard state.held[client, default: 0] < share else { return false }
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
