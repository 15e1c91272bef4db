internal import Glibc

/// Work cut into turns so short that an event loop on the same core hardly waits for it: between two of them the core is offered to others.
///
/// A lower priority alone does not do that. It bounds the share of a busy core, but whoever has the core keeps it until the kernel's next tick,
/// which is 4 ms at 250 Hz: as long waits every request on that loop.
struct ShortTurns {
    /// Nanoseconds: with what the kernel lets a loop run between two ticks, a tenth of a busy core.
    static let length: Int64 = 500_000
    /// Steps between two looks at the clock; each takes a few microseconds.
    private static let stepsALook = 16

    /// There is too much to do to be polite.
    var isBehind = false
    private var steps = 0
    private var began = SystemTime.nanoseconds()

    /// One step is done.
    mutating func step() {
        steps &+= 1
        guard steps >= Self.stepsALook else { return }
        steps = 0
        let now = SystemTime.nanoseconds()
        guard !isBehind else {
            began = now
            return
        }
        guard now &- began >= Self.length else { return }
        sched_yield()
        began = SystemTime.nanoseconds()
    }

    /// A pause ended: what comes is a turn of its own.
    mutating func begin() { began = SystemTime.nanoseconds() }
}
