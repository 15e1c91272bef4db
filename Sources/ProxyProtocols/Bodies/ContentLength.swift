/// Content-Length as it adds up over all its lines (RFC 9112, 6.3; RFC 9110, 8.6).
struct ContentLength: Sendable {
    /// How many values were given.
    private(set) var count = 0
    private(set) var value: UInt64 = 0
    private(set) var isMalformed = false
    private(set) var differs = false

    /// Counts in one line. A list (`5, 5`) counts as several values.
    mutating func add(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        for element in ListElements(bytes, range) {
            guard let number = Self.number(bytes, element) else {
                isMalformed = true
                return
            }
            if count > 0, number != value { differs = true }
            value = number
            count += 1
        }
    }

    /// Digits alone, at most 2^63 - 1.
    static func number(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64? {
        if range.isEmpty { return nil }
        var value: UInt64 = 0
        for i in range {
            guard ByteClass.isDigit(bytes[i]) else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(bytes[i] &- 0x30))
            if overflow || carry || sum > UInt64(Int64.max) { return nil }
            value = sum
        }
        return value
    }
}
