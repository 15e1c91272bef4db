/// Puts the sections of an image one after the other.
struct ImageWriter {
    private(set) var bytes: [UInt8]
    private let seed: UInt64
    private var ranges: [IndexImage.Section: Range<Int>] = [:]
    private var sectionStart = 0

    /// - Parameters:
    ///   - records: room for the header, then the first section.
    ///   - capacity: bytes of all the other sections, about.
    init(seed: UInt64, records: consuming [UInt8], capacity: Int) {
        self.seed = seed
        bytes = records
        bytes.reserveCapacity(bytes.count + capacity)
        ranges[.records] = IndexImage.headerLength..<bytes.count
    }

    /// Where in the section begun last the next byte goes.
    var offset: Int { bytes.count - sectionStart }

    mutating func begin() {
        while bytes.count & 7 != 0 { bytes.append(0) }
        sectionStart = bytes.count
    }

    mutating func end(_ section: IndexImage.Section) { ranges[section] = sectionStart..<bytes.count }

    mutating func write(_ section: IndexImage.Section, _ content: some Sequence<UInt8>) {
        begin()
        bytes.append(contentsOf: content)
        end(section)
    }

    mutating func write(_ section: IndexImage.Section, words: [UInt32]) {
        begin()
        for word in words { append(word: word) }
        end(section)
    }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(contentsOf content: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: content) }

    mutating func append(varint value: UInt32) { bytes.append(varint: value) }

    mutating func append(word: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    /// The image, its header filled in.
    consuming func finish() -> [UInt8] {
        var header: [UInt64] = [
            IndexImage.magic, UInt64(IndexImage.version) | UInt64(IndexImage.Section.allCases.count) << 32, UInt64(bytes.count), 0, seed,
        ]
        for section in IndexImage.Section.allCases {
            let range = ranges[section] ?? 0..<0
            header += [UInt64(range.lowerBound), UInt64(range.count)]
        }
        bytes.withUnsafeMutableBytes { raw in
            for (index, long) in header.enumerated() { raw.storeBytes(of: long.littleEndian, toByteOffset: 8 * index, as: UInt64.self) }
            let sum = IndexImage.checksum(UnsafeRawBufferPointer(rebasing: raw[32...]))
            raw.storeBytes(of: sum.littleEndian, toByteOffset: 24, as: UInt64.self)
        }
        return bytes
    }
}

extension [UInt8] {
    /// Seven bits a byte, the lowest first.
    mutating func append(varint value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}
