import NIOConcurrencyHelpers
import PatternMatching

/// Who may be connected to the site at once: so many altogether, half of them of one client (``IPAddress/client``). Where all places are taken,
/// whoever has been waited for longest gives way, be it for a request, for its body or for his reading, so that silent connections keep nobody out.
final class SitePlaces: Sendable {
    private struct Guest {
        let close: @Sendable () -> Void
        let client: IPAddress?
        /// While it is the other side's turn; nil while it is ours. The lesser has been waited for longer.
        var waitsSince: UInt64?
    }

    private struct State {
        var most: Int
        var guests: [UInt64: Guest] = [:]
        var held: [IPAddress: Int] = [:]
        var moments: UInt64 = 0

        mutating func moment() -> UInt64 {
            moments &+= 1
            return moments
        }

        mutating func remove(_ number: UInt64) -> (@Sendable () -> Void)? {
            guard let guest = guests.removeValue(forKey: number) else { return nil }
            if let client = guest.client, let count = held[client] { held[client] = count > 1 ? count - 1 : nil }
            return guest.close
        }
    }

    private let state: NIOLockedValueBox<State>

    /// - Parameter most: connections of all listeners together.
    init(most: Int) { state = NIOLockedValueBox(State(most: most)) }

    /// From now on takes so many. Those that are connected stay.
    func change(most: Int) { state.withLockedValue { $0.most = most } }

    var count: Int { state.withLockedValue { $0.guests.count } }

    /// - Parameters:
    ///   - address: nil where a connection has none: then only the whole is counted.
    ///   - close: closes the connection, where it is to give way.
    /// - Returns: the connection's number here; nil where it is not to be served.
    func enter(from address: IPAddress?, close: @escaping @Sendable () -> Void) -> UInt64? {
        let client = address?.client
        let (number, leaving) = state.withLockedValue { state -> (UInt64?, (@Sendable () -> Void)?) in
            if let client, state.held[client, default: 0] >= max(1, state.most / 2) { return (nil, nil) }
            var leaving: (@Sendable () -> Void)?
            if state.guests.count >= state.most {
                let waiting = state.guests.filter { $0.value.waitsSince != nil }
                guard let longest = waiting.min(by: { ($0.value.waitsSince ?? 0) < ($1.value.waitsSince ?? 0) }) else { return (nil, nil) }
                leaving = state.remove(longest.key)
            }
            let number = state.moment()
            state.guests[number] = Guest(close: close, client: client, waitsSince: number)
            if let client { state.held[client, default: 0] += 1 }
            return (number, leaving)
        }
        leaving?()
        return number
    }

    /// It is our turn: a request is whole and being answered.
    func asks(_ number: UInt64) { state.withLockedValue { $0.guests[number]?.waitsSince = nil } }

    /// It is the other side's turn, from now on.
    func waits(_ number: UInt64) {
        state.withLockedValue { state in
            let moment = state.moment()
            state.guests[number]?.waitsSince = moment
        }
    }

    func leave(_ number: UInt64) { _ = state.withLockedValue { $0.remove(number) } }
}
