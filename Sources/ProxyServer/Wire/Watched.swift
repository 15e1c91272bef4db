/// A descriptor that a socket loop watches.
class Watched {
    private(set) var descriptor: CInt
    /// Tells this watching of a descriptor from a later one of the same number.
    var generation: UInt32 = 0

    init(descriptor: CInt) { self.descriptor = descriptor }

    /// On the loop, with `WEIR_READABLE` and the like.
    func happened(_ what: UInt32) {}

    /// The loop ends.
    func loopEnded() {}
}
