internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ends one child that takes too long, by its process id and only while it runs.
final class ChildEnd: Sendable {
    private enum State { case running, late, finished }
    private let state = Mutex(State.running)

    /// Call once the child has started.
    func watch(_ pid: pid_t, seconds: Int) {
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .seconds(seconds)) { [self] in
            state.withLock { state in
                guard state == .running else { return }
                state = .late
                kill(pid, SIGKILL)
            }
        }
    }

    /// The child is gone; true where it was ended for being late.
    func finish() -> Bool {
        state.withLock { state in
            defer { state = .finished }
            return state == .late
        }
    }
}
