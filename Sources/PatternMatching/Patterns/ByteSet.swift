/// A set of byte values.
struct ByteSet: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    static let all = ByteSet(0...255)

    init() {}

    init(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    init(_ text: StaticString) {
        text.withUTF8Buffer { for byte in $0 { insert(byte) } }
    }

    init(_ byte: UInt8) { insert(byte) }

    static func == (a: ByteSet, b: ByteSet) -> Bool { a.words == b.words }

    func hash(into hasher: inout Hasher) {
        for word in [words.0, words.1, words.2, words.3] { hasher.combine(word) }
    }

    /// A set of an image: the byte values from 0 on, thirty-two in each word, the first one lowest.
    init(_ section: ImageSection, _ index: Int) {
        func long(_ place: Int) -> UInt64 {
            UInt64(section.word(index &* 8 &+ 2 &* place)) | UInt64(section.word(index &* 8 &+ 2 &* place &+ 1)) << 32
        }
        words = (long(0), long(1), long(2), long(3))
    }

    /// As an image holds it.
    var halfWords: [UInt32] {
        [words.0, words.1, words.2, words.3].flatMap { [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)] }
    }

    func contains(_ byte: UInt8) -> Bool { word(byte >> 6) >> UInt64(byte & 63) & 1 == 1 }

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    private func word(_ index: UInt8) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
    }

    func union(_ other: ByteSet) -> ByteSet {
        var result = self
        result.words = (words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3)
        return result
    }

    func subtracting(_ other: ByteSet) -> ByteSet {
        var result = self
        result.words = (words.0 & ~other.words.0, words.1 & ~other.words.1, words.2 & ~other.words.2, words.3 & ~other.words.3)
        return result
    }

    var inverted: ByteSet { ByteSet.all.subtracting(self) }

    func intersects(_ other: ByteSet) -> Bool {
        words.0 & other.words.0 | words.1 & other.words.1 | words.2 & other.words.2 | words.3 & other.words.3 != 0
    }

    var count: Int { words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount + words.3.nonzeroBitCount }

    /// In growing order.
    var members: [UInt8] {
        var members: [UInt8] = []
        for (place, word) in [words.0, words.1, words.2, words.3].enumerated() {
            var rest = word
            while rest != 0 {
                members.append(UInt8(truncatingIfNeeded: place << 6 | rest.trailingZeroBitCount))
                rest &= rest &- 1
            }
        }
        return members
    }

    var isEmpty: Bool { words == (0, 0, 0, 0) }

    /// With both cases of every ASCII letter in it.
    var caseless: ByteSet {
        var result = self
        for byte in UInt8(ascii: "a")...UInt8(ascii: "z") where contains(byte) || contains(byte & 0xdf) {
            result.insert(byte)
            result.insert(byte & 0xdf)
        }
        return result
    }

    /// One of them, if possible one that is common in URLs.
    var sample: UInt8? {
        for byte in "abcdefghijklmnopqrstuvwxyz0123456789/.-_=?&%+".utf8 where contains(byte) { return byte }
        return (0...255).first { contains($0) }
    }
}
