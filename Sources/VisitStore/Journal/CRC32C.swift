internal import CChecksum

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes a step: by the processor's instruction or, where it has none, by tables.
enum CRC32C {
    /// Eight tables of 256: how a byte changes the remainder when one to eight bytes follow it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : (remainder >> 1) ^ 0x82f6_3b78 }
            tables[byte] = remainder
        }
        for byte in 0..<256 {
            for table in 1..<8 {
                let before = tables[(table - 1) * 256 + byte]
                tables[table * 256 + byte] = (before >> 8) ^ tables[Int(before & 0xff)]
            }
        }
        return tables
    }()

    private static let isInstruction = weir_crc32c_is_there() != 0

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        isInstruction ? weir_crc32c(bytes.baseAddress, bytes.count) : byTables(bytes)
    }

    static func byTables(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var remainder: UInt32 = ~0
            var index = 0
            while index &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(remainder)
                remainder = 0
                for place in 0..<8 {
                    remainder ^= tables[(7 &- place) &* 256 &+ Int((word >> (UInt64(place) &* 8)) & 0xff)]
                }
                index &+= 8
            }
            while index < bytes.count {
                remainder = (remainder >> 8) ^ tables[Int((remainder ^ UInt32(bytes[index])) & 0xff)]
                index &+= 1
            }
            return ~remainder
        }
    }
}
