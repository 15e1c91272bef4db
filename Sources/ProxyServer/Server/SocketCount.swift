import Synchronization

/// Sockets of both sides, counted over all loops.
final class SocketCount: Sendable {
    private let open = Atomic<Int>(0)

    var count: Int { open.load(ordering: .relaxed) }

    /// - Returns: false, and nothing counted, where `limit` is reached.
    func enter(limit: Int) -> Bool {
        if open.add(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    func leave() { open.subtract(1, ordering: .relaxed) }
}
