import NIOConcurrencyHelpers
import PatternMatching

/// Who may be connected to the site at once: so many altogether, half of them from one address. Where all places are taken whoever has been
/// waiting with nothing asked for longest gives way, so that silent connections keep nobody out.
final class SitePlaces: Sendable {
    private struct Guest {
        let close: @Sendable () -> Void
        let address: IPAddress?
        /// Between requests, or before the first; nil while one is answered. The lesser has waited longer.
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
            if let address = guest.address, let count = held[address] { held[address] = count > 1 ? count - 1 : nil }
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
        let (number, leaving) = state.withLockedValue { state -> (UInt64?, (@Sendable () -> Void)?) in
            if let address, state.held[address, default: 0] >= max(1, state.most / 2) { return (nil, nil) }
            var leaving: (@Sendable () -> Void)?
            if state.guests.count >= state.most {
                let waiting = state.guests.filter { $0.value.waitsSince != nil }
                guard let longest = waiting.min(by: { ($0.value.waitsSince ?? 0) < ($1.value.waitsSince ?? 0) }) else { return (nil, nil) }
                leaving = state.remove(longest.key)
            }
            let number = state.moment()
            state.guests[number] = Guest(close: close, address: address, waitsSince: number)
            if let address { state.held[address, default: 0] += 1 }
            return (number, leaving)
        }
        leaving?()
        return number
    }

    /// A request's head is here.
    func asks(_ number: UInt64) { state.withLockedValue { $0.guests[number]?.waitsSince = nil } }

    /// Everything asked for is answered.
    func waits(_ number: UInt64) {
        state.withLockedValue { state in
            let moment = state.moment()
            state.guests[number]?.waitsSince = moment
        }
    }

    func leave(_ number: UInt64) { _ = state.withLockedValue { $0.remove(number) } }
}
