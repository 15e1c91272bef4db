/// One loop's idle upstream connections: bounded, the youngest used first, each for at most its idle time.
struct UpstreamPool {
    private var idle: [UpstreamKey: [UpstreamConnection]] = [:]
    private(set) var count = 0
    private let capacity: Int
    private let capacityPerKey: Int

    init(capacity: Int = 1_024, capacityPerKey: Int = 128) {
        self.capacity = capacity
        self.capacityPerKey = capacityPerKey
    }

    /// The connection that was put back last; it is no longer in the pool.
    mutating func take(_ key: UpstreamKey) -> UpstreamConnection? {
        guard let found = idle[key]?.popLast() else { return nil }
        count -= 1
        return found
    }

    /// - Returns: false where there is no room: the caller closes it.
    mutating func put(_ connection: UpstreamConnection) -> Bool {
        guard count < capacity, idle[connection.key, default: []].count < capacityPerKey else { return false }
        idle[connection.key, default: []].append(connection)
        count += 1
        return true
    }

    /// Takes one out that was closed by its origin.
    mutating func remove(_ connection: UpstreamConnection) {
        guard var line = idle[connection.key], let at = line.firstIndex(where: { $0 === connection }) else { return }
        line.remove(at: at)
        idle[connection.key] = line.isEmpty ? nil : line
        count -= 1
    }

    /// Takes out what was put back before `moment` (milliseconds of the loop's steady clock).
    mutating func expired(before moment: Int64) -> [UpstreamConnection] {
        let old = idle.values.joined().filter { $0.idleSince < moment }
        for connection in old { remove(connection) }
        // Lines emptied by taking are kept for the next putting until now.
        if idle.count > count { idle = idle.filter { !$0.value.isEmpty } }
        return old
    }

    /// Takes out everything.
    mutating func removeAll() -> [UpstreamConnection] {
        defer {
            idle = [:]
            count = 0
        }
        return Array(idle.values.joined())
    }
}
