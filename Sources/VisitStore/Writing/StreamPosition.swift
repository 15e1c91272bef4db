/// How far one stream of the journal has been taken into the database.
struct StreamPosition: Equatable, Sendable {
    var boot: UInt64
    var stream: UInt16
    var number: UInt32 = 1
    var offset = SegmentHeader.size
    /// The last beginning's number.
    var sequence: UInt64 = 0
    /// The last beginning's time, milliseconds since 1970.
    var lastTime: Int64 = 0
    var isClosed = false
}
