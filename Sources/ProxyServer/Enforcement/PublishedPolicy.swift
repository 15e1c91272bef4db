import NIOConcurrencyHelpers
import PolicyCore
import Synchronization

/// The policy in force, for all loops. Whoever judges asks first whether it still has the latest, which costs one atomic load: from the moment
/// ``publish(_:)`` has counted on, no judgement begins by the policy before, on no loop, in the middle of a turn or not.
final class PublishedPolicy: Sendable {
    /// How many were published; moves behind `latest`.
    private let count = Atomic<UInt64>(0)
    private let latest = NIOLockedValueBox<(number: UInt64, snapshot: PolicySnapshot?)>((0, nil))

    /// How many were published so far.
    var number: UInt64 { count.load(ordering: .acquiring) }

    /// The one in force, and its number.
    var current: (number: UInt64, snapshot: PolicySnapshot?) { latest.withLockedValue { $0 } }

    /// Puts this snapshot into force.
    func publish(_ snapshot: PolicySnapshot) {
        latest.withLockedValue { latest in
            latest = (latest.number &+ 1, snapshot)
            count.store(latest.number, ordering: .releasing)
        }
    }
}
