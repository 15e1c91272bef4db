/// The elements of a comma-separated field value, white space around each removed; empty ones are given too (RFC 9110, 5.6.1).
struct ListElements: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private var at: Int
    private let end: Int

    /// - Parameter range: lies within `bytes`.
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    @inline(__always)
    mutating func next() -> Range<Int>? {
        guard at <= end else { return nil }
        let comma = ByteScan.first(0x2c, bytes, at..<end) ?? end
        let element = ByteScan.trimmed(bytes, at..<comma)
        at = comma &+ 1
        return element
    }
}
