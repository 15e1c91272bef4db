/// Searches eight bytes at a time. Ranges lie within `bytes`: the callers clamp them to its count.
enum ByteScan {
    /// The first control byte other than HTAB (0x00…0x08, 0x0A…0x1F, 0x7F) in `from..<to`, or `to`.
    static func control(_ bytes: UnsafeRawBufferPointer, from: Int, to: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        var at = from
        while at &+ 8 <= to {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let below = (word &- ones &* 0x20) & ~word
            let del = word ^ (ones &* 0x7f)
            // A borrow can only flag a byte above a true one, so the lowest flag is exact.
            let flags = (below | ((del &- ones) & ~del)) & tops
            if flags == 0 {
                at &+= 8
                continue
            }
            let hit = at &+ flags.trailingZeroBitCount / 8
            if bytes[hit] != 0x09 { return hit }
            at = hit &+ 1
        }
        while at < to {
            let byte = bytes[at]
            if byte < 0x20 ? byte != 0x09 : byte == 0x7f { return at }
            at &+= 1
        }
        return to
    }

    /// The first place of `byte` in `range`, or nil.
    @inline(__always)
    static func first(_ byte: UInt8, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        for i in range where bytes[i] == byte { return i }
        return nil
    }

    /// `range` without SP and HTAB at its ends.
    @inline(__always)
    static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high, ByteClass.isBlank(bytes[low]) { low &+= 1 }
        while high > low, ByteClass.isBlank(bytes[high &- 1]) { high &-= 1 }
        return low..<high
    }
}
