/// One loop's idle upstream connections: bounded, the youngest used first, each for at most its idle time.
struct UpstreamPool {
    /// The idle connections of one key. A connection remembers its line, so that putting it back looks nothing up.
    final class Line {
        fileprivate var idle: [UpstreamConnection] = []
        /// In the pool's table.
        fileprivate var isListed = true
    }

    private var lines: [UpstreamKey: Line] = [:]
    private(set) var count = 0
    /// How many there may be; more are kept until they are taken or have been idle for too long.
    var capacity: Int
    private let capacityPerKey: Int

    init(capacity: Int, capacityPerKey: Int = 128) {
        self.capacity = capacity
        self.capacityPerKey = capacityPerKey
    }

    /// For each of several loops: those of all together take a quarter of the sockets there are at most, whoever asks for whatever.
    /// - Parameter connections: sockets of both sides, of all loops together.
    static func capacity(connections: Int, loops: Int) -> Int { max(0, min(1_024, connections / (4 * max(1, loops)))) }

    var isFull: Bool { count >= capacity }

    /// The connection that was put back last; it is no longer in the pool.
    mutating func take(_ key: UpstreamKey) -> UpstreamConnection? {
        guard let found = lines[key]?.idle.popLast() else { return nil }
        count -= 1
        return found
    }

    /// - Returns: false where there is no room: the caller closes it.
    mutating func put(_ connection: UpstreamConnection) -> Bool {
        guard !isFull else { return false }
        let line = line(of: connection)
        guard line.idle.count < capacityPerKey else { return false }
        line.idle.append(connection)
        count += 1
        return true
    }

    private mutating func line(of connection: UpstreamConnection) -> Line {
        if let line = connection.line, line.isListed { return line }
        let line = lines[connection.key] ?? Line()
        lines[connection.key] = line
        connection.line = line
        return line
    }

    /// Takes one out that was closed by its origin.
    mutating func remove(_ connection: UpstreamConnection) {
        guard let line = connection.line, let at = line.idle.firstIndex(where: { $0 === connection }) else { return }
        line.idle.remove(at: at)
        count -= 1
    }

    /// Takes out what was put back before `moment` (milliseconds of the loop's steady clock).
    mutating func expired(before moment: Int64) -> [UpstreamConnection] {
        let old = lines.values.flatMap(\.idle).filter { $0.idleSince < moment }
        for connection in old { remove(connection) }
        // Lines emptied by taking are kept for the next putting until now.
        if lines.count > count {
            for (key, line) in lines where line.idle.isEmpty {
                line.isListed = false
                lines[key] = nil
            }
        }
        return old
    }

    /// Takes out those that have been idle the longest: a sixteenth, one at least, so that whoever needs room again and again does not look
    /// at them all each time.
    mutating func oldest() -> ArraySlice<UpstreamConnection> {
        let oldest = lines.values.flatMap(\.idle).sorted { $0.idleSince < $1.idleSince }.prefix(count / 16 + 1)
        for connection in oldest { remove(connection) }
        return oldest
    }

    /// Takes out everything.
    mutating func removeAll() -> [UpstreamConnection] {
        let all = lines.values.flatMap(\.idle)
        for line in lines.values {
            line.isListed = false
            line.idle = []
        }
        lines = [:]
        count = 0
        return all
    }
}
