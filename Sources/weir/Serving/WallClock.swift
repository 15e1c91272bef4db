import Foundation
import PolicyCore

/// The time of day; the one place where this program asks for it.
enum WallClock {
    static let now: @Sendable () -> Instant = {
        Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)))
    }
}
