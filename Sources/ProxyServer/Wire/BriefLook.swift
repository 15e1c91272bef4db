/// Whether a loop that has passed on a single request, and has nothing else to do, looks for the answer for a moment before its thread sleeps.
///
/// Being woken takes longer than an origin in the same house or on the same machine takes to answer. One further away never answers within
/// that moment, so what the last answers took decides: a few that came late, and the thread sleeps at once.
struct BriefLook {
    /// Nanoseconds it looks for at most.
    static let longest: UInt64 = 100_000
    /// An answer that came within so many nanoseconds, the waking of the thread among them, might have been seen.
    private static let near: UInt64 = 200_000
    private static let enough = 8
    private static let most = 16

    private var luck = 0

    /// Whether looking pays.
    var pays: Bool { luck >= Self.enough }

    /// It looked, and something came meanwhile or not.
    mutating func looked(found: Bool) { luck = found ? min(luck + 1, Self.most) : luck - Self.enough }

    /// It slept until something came.
    mutating func slept(nanoseconds: UInt64) { luck = nanoseconds <= Self.near ? min(luck + 1, Self.most) : 0 }
}
