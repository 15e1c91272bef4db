/// Comparisons of bytes with ASCII text. Ranges lie within their bytes.
enum ASCII {
    /// Byte for byte.
    static func isExactly(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for i in 0..<bytes.count where bytes[i] != text.utf8Start[i] { return false }
        return true
    }

    /// Whatever the case of letters.
    /// - Parameter text: in lower case.
    static func matches(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for i in 0..<bytes.count where lower(bytes[i]) != text.utf8Start[i] { return false }
        return true
    }

    /// Whether `bytes` begins with `text`, whatever the case of letters.
    /// - Parameter text: in lower case.
    static func hasPrefix(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count >= text.utf8CodeUnitCount else { return false }
        return matches(UnsafeRawBufferPointer(rebasing: bytes[0..<text.utf8CodeUnitCount]), text)
    }

    /// Whether two ranges of the same length hold the same, whatever the case of letters.
    static func sameLetters(_ bytes: UnsafeRawBufferPointer, _ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count else { return false }
        for (i, j) in zip(a, b) where lower(bytes[i]) != lower(bytes[j]) { return false }
        return true
    }

    /// Whatever the case of letters.
    static func equals(_ bytes: some Collection<UInt8>, _ text: String) -> Bool {
        let other = text.utf8
        guard bytes.count == other.count else { return false }
        return zip(bytes, other).allSatisfy { lower($0) == lower($1) }
    }

    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// Appends a number in decimal.
    static func append(_ number: UInt64, to output: inout [UInt8]) {
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var rest = number
        var count = 0
        withUnsafeMutableBytes(of: &digits) { buffer in
            repeat {
                buffer[count] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
                rest /= 10
                count += 1
            } while rest > 0 && count < buffer.count
            while count > 0 {
                count -= 1
                output.append(buffer[count])
            }
        }
    }

    /// Appends a literal.
    static func append(_ text: StaticString, to output: inout [UInt8]) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
