/// Neighbouring bytes by which a literal is known: six where it has as many, else three.
enum LiteralGram: Int, CaseIterable {
    case short = 3
    case long = 6

    static func width(for length: Int) -> LiteralGram { length >= LiteralGram.long.rawValue ? .long : .short }

    /// Which bits of a window of eight bytes, the last read lowest, hold the gram.
    @inline(__always)
    var mask: UInt64 { self == .short ? 0xff_ffff : 0xffff_ffff_ffff }

    @inline(__always)
    static func hash(_ gram: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: (gram &* 0x9fb2_1c65_1e98_df25) >> 32) }

    /// The gram that begins at a place of a text, all of which must be there.
    func gram(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt64 {
        (start..<(start &+ rawValue)).reduce(0) { $0 << 8 | UInt64(text[$1]) }
    }

    /// The gram at every place of a text.
    func grams(of text: [UInt8]) -> [UInt64] {
        var window: UInt64 = 0
        var grams: [UInt64] = []
        for (index, byte) in text.enumerated() {
            window = window << 8 | UInt64(byte)
            if index + 1 >= rawValue { grams.append(window & mask) }
        }
        return grams
    }

    /// Twice as many buckets as literals, eight bits of the filter for each bucket.
    static func bucketBits(literals: Int) -> Int {
        min(max(10, Int.bitWidth - (2 * literals).leadingZeroBitCount), 22)
    }

    var filterSection: IndexImage.Section { self == .short ? .shortFilter : .longFilter }
    var bucketSection: IndexImage.Section { self == .short ? .shortBuckets : .longBuckets }
}
