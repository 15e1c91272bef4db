/// A sign of life of a running visit: written once in every minute it had traffic in, so that active minutes and bytes survive a kill.
public struct VisitProgress: Sendable, Hashable {
    public var id: VisitID
    /// Minutes since 1970 (``Instant/minute``).
    public var minute: Int64
    /// Message-body bytes so far, from the visit's beginning.
    public var up: UInt64
    public var down: UInt64

    public init(id: VisitID, minute: Int64, up: UInt64, down: UInt64) {
        self.id = id
        self.minute = minute
        self.up = up
        self.down = down
    }
}
