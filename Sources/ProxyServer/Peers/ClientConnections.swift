import NIOConcurrencyHelpers
public import PatternMatching

/// How many connections each client (`IPAddress.client`) holds, for `limits.connections-per-client`. One for the process.
public final class ClientConnections: Sendable {
    private let counts = NIOLockedValueBox<[IPAddress: Int]>([:])

    public init() {}

    /// Counts a connection in.
    /// - Returns: false, and counts nothing, where the address already holds `most`.
    public func enter(_ address: IPAddress, most: Int) -> Bool {
        let client = address.client
        return counts.withLockedValue { counts in
            let held = counts[client, default: 0]
            if held >= most { return false }
            counts[client] = held + 1
            return true
        }
    }

    /// Counts out a connection that ``enter(_:most:)`` counted in.
    public func leave(_ address: IPAddress) {
        let client = address.client
        counts.withLockedValue { counts in
            guard let held = counts[client] else { return }
            counts[client] = held > 1 ? held - 1 : nil
        }
    }

    /// How many connections the address's client holds now.
    public func count(_ address: IPAddress) -> Int { counts.withLockedValue { $0[address.client, default: 0] } }
}
