internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ends one child that takes too long, by its process id and only while it runs.
final class ChildEnd: Sendable {
    /// Why a child was ended.
    enum Reason { case late, starved }

    private enum State: Equatable { case running, ended(Reason), finished }
    private let state = Mutex(State.running)

    /// Call once the child has started.
    func watch(_ pid: pid_t, seconds: Int) {
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .seconds(seconds)) { [self] in end(pid, .late) }
    }

    /// Ends the child as well where it gets less than a quarter of a processor.
    /// - Parameter lookSeconds: between one look and the next.
    func watchShare(_ pid: pid_t, lookSeconds: Double, looks: Int = 1) {
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + lookSeconds) { [self] in
            guard state.withLock({ $0 == .running }), let used = ChildEnd.processorSeconds(pid) else { return }
            if used < Double(looks) * lookSeconds / 4 { return end(pid, .starved) }
            watchShare(pid, lookSeconds: lookSeconds, looks: looks + 1)
        }
    }

    private func end(_ pid: pid_t, _ reason: Reason) {
        state.withLock { state in
            guard state == .running else { return }
            state = .ended(reason)
            kill(pid, SIGKILL)
        }
    }

    /// The child is gone.
    /// - Returns: why, where it was ended here.
    func finish() -> Reason? {
        state.withLock { state in
            defer { state = .finished }
            guard case .ended(let reason) = state else { return nil }
            return reason
        }
    }

    /// What a process used so far, as proc(5) tells it.
    private static func processorSeconds(_ pid: pid_t) -> Double? {
        guard let bytes = try? RegularFile("/proc/\(pid)/stat").head(1024) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
