import NIOCore
import PatternMatching

/// No more sockets may be opened.
struct SocketLimitReached: Error {}

extension ProxyLoop {
    /// Begins a connection to an address that was checked; it is told of by ``UpstreamConnection/whenUp``.
    /// - Throws: ``SocketLimitReached`` or the connection's error where it cannot even be begun.
    func connect(_ key: UpstreamKey, _ whenUp: @escaping (Result<UpstreamConnection, any Error>) -> Void) throws -> UpstreamConnection {
        guard enterSocket() else {
            counters.overConnections += 1
            throw SocketLimitReached()
        }
        counters.upstreamDialled += 1
        do {
            let socket = try StreamSocket(to: key.address, port: key.port, on: eventLoop, mostRead: StreamSizes.originReads)
            return UpstreamConnection(key: key, loop: self, socket: socket, whenUp)
        } catch {
            parts.sockets.leave()
            throw error
        }
    }

    /// Counts one more socket. Where all are taken an idle connection to an origin gives way: nobody needs it.
    /// - Returns: false, and nothing counted, where there is none.
    func enterSocket() -> Bool {
        let most = settings.limits.connections
        return parts.sockets.enter(limit: most) || closeOldestIdle() && parts.sockets.enter(limit: most)
    }

    /// - Returns: whether there was any.
    func closeOldestIdle() -> Bool {
        guard pool.count > 0 else { return false }
        for connection in pool.oldest() { connection.close() }
        return true
    }

    /// A connection is closed.
    func upstreamGone(_ connection: UpstreamConnection, wasUp: Bool) {
        parts.sockets.leave()
        guard wasUp else { return }
        pool.remove(connection)
        counters.upstreamConnections -= 1
    }

    /// Keeps a connection whose reply was read to its end.
    func keep(_ connection: UpstreamConnection) {
        connection.owner = nil
        guard connection.isOpen, !isDraining else { return connection.close() }
        // The youngest is the likeliest to be used again.
        if pool.isFull { _ = closeOldestIdle() }
        connection.idleSince = steady
        guard pool.put(connection) else { return connection.close() }
        connection.isReused = true
        connection.wantsRead = true
    }
}

/// How bytes are read. What one pair holds at most (SECURITY.md D3, 256 KiB): from the client 16 KiB waiting and one reading, and as much again
/// with the mark towards the origin (128 KiB); from the origin one reading and the mark (96 KiB).
enum StreamSizes {
    static let clientReads = 32_768
    static let originReads = 65_536
}
