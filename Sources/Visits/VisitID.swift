/// Names one visit for good: the boot that recorded it, the event loop's stream within it, and its number in that stream (from 1).
public struct VisitID: Hashable, Sendable, Codable {
    public let boot: UInt64
    public let stream: UInt16
    public let sequence: UInt64

    public init(boot: UInt64, stream: UInt16, sequence: UInt64) {
        self.boot = boot
        self.stream = stream
        self.sequence = sequence
    }
}

extension VisitID {
    /// `5f0c…-2-118`: boot in hexadecimal, stream, sequence.
    public var text: String { String(boot, radix: 16) + "-" + String(stream) + "-" + String(sequence) }
}
