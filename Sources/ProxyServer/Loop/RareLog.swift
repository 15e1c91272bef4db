import NIOConcurrencyHelpers
import NIOCore

/// Lets one line of a kind through every ten seconds.
final class RareLog: Sendable {
    private static let pause = TimeAmount.seconds(10)

    private let state = NIOLockedValueBox<(next: NIODeadline, silent: Int)>((.uptimeNanoseconds(0), 0))

    /// - Returns: how many were kept back since the last line; nil where this one is to be kept back too.
    func next(at now: NIODeadline) -> Int? {
        state.withLockedValue { state in
            guard now >= state.next else {
                state.silent &+= 1
                return nil
            }
            defer { state = (now + Self.pause, 0) }
            return state.silent
        }
    }
}
