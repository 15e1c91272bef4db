import NIOCore
import PatternMatching

/// No more sockets may be opened.
struct SocketLimitReached: Error {}

extension ProxyLoop {
    /// Begins a connection to an address that was checked; it is told of by ``UpstreamConnection/whenUp``.
    /// - Throws: ``SocketLimitReached`` or the connection's error where it cannot even be begun.
    func connect(_ key: UpstreamKey, _ whenUp: @escaping (Result<UpstreamConnection, any Error>) -> Void) throws -> UpstreamConnection {
        guard parts.sockets.enter(limit: settings.limits.connections) else {
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
        guard connection.isOpen, !isDraining, pool.put(connection) else { return connection.close() }
        connection.idleSince = steady
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
