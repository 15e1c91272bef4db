/// Classes of bytes that RFC 9110 and 9112 name, as bit masks: no tables, no branches on the byte.
enum ByteClass {
    /// `tchar` below 64: `! # $ % & ' * + - .` and digits.
    private static let tokenLow: UInt64 = 0x03ff_6cfa_0000_0000
    /// `tchar` from 64 on: letters and `` ^ _ ` | ~ ``.
    private static let tokenHigh: UInt64 = 0x57ff_ffff_c7ff_fffe

    /// RFC 9110, 5.6.2.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        if byte >= 0x80 { return false }
        let mask = byte < 64 ? tokenLow : tokenHigh
        return (mask &>> UInt64(byte & 63)) & 1 != 0
    }

    /// Whether every byte of the range is a token's, and there is one. The range lies within `bytes`.
    @inline(__always)
    static func isToken(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        if range.isEmpty { return false }
        for i in range where !isToken(bytes[i]) { return false }
        return true
    }

    /// SP or HTAB.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// What a field value or a quoted string may hold besides its own delimiters: HTAB, SP, visible ASCII and 0x80…0xFF.
    @inline(__always)
    static func isText(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte != 0x7f) || byte == 0x09 }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hex(_ byte: UInt8) -> UInt8? {
        let digit = byte &- 0x30
        if digit < 10 { return digit }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}
