/// The flat image of an index: header, then sections, all offsets from the image's beginning, all numbers little-endian, so that a file of it
/// can be mapped anywhere and used as it is.
///
/// Header: magic (8 bytes), version (4), number of sections (4), length of the image (8), checksum of all after byte 32 (8), hash seed (8),
/// then offset (8) and length (8) of each section.
enum IndexImage {
    static let magic: UInt64 = 0x3158_4449_5249_4557  // "WEIRIDX1"
    static let version: UInt32 = 2
    static let headerLength = 40 + 16 * Section.allCases.count

    enum Section: Int, CaseIterable {
        /// Key records: varint length, key, postings. Offset 0 is no record.
        case records
        /// 6 bytes each: see `SlotTable`.
        case slots
        /// Entries as written where that is not their canonical text: varint length, bytes. Offset 0 is no text.
        case written
        /// For each source: number of entries (4 bytes), length of the name (4), name.
        case sources
        /// One byte for each length of an address prefix that occurs.
        case prefixLengths
        /// 16 bytes each: see `ExpressionRecord`.
        case expressions
        case patterns
        /// 4 bytes each: expressions that no literal announces.
        case always
        /// 32 bytes each: sets of bytes of which expressions need some in a row.
        case runSets
        /// One bit for each hash of three bytes.
        case shortFilter
        /// 4 bytes for each bucket: its first literal; one more at the end.
        case shortBuckets
        /// The same for six bytes.
        case longFilter
        case longBuckets
        /// 16 bytes each: see `LiteralRecord`.
        case literals
        case literalText
        /// 4 bytes each: see `Announcement`.
        case literalExpressions
    }

    /// Four lanes of multiply and mix: runs at the speed of memory. It finds damage, not forgery.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let prime: UInt64 = 0x9fb2_1c65_1e98_df25
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
        var at = 0
        func word(_ offset: Int) -> UInt64 { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
        func mix(_ lane: UInt64, _ word: UInt64) -> UInt64 {
            let product = (lane ^ word) &* prime
            return product ^ product >> 29
        }
        while at &+ 32 <= bytes.count {
            lanes.0 = mix(lanes.0, word(at))
            lanes.1 = mix(lanes.1, word(at &+ 8))
            lanes.2 = mix(lanes.2, word(at &+ 16))
            lanes.3 = mix(lanes.3, word(at &+ 24))
            at &+= 32
        }
        while at < bytes.count {
            lanes.0 = mix(lanes.0, UInt64(bytes[at]))
            at &+= 1
        }
        return mix(mix(mix(mix(UInt64(bytes.count), lanes.0), lanes.1), lanes.2), lanes.3)
    }
}

/// Why bytes are no index.
public enum MatchIndexError: Error, Sendable, Hashable {
    case notAnIndex
    case otherVersion(UInt32)
    /// Cut off, longer than it says, or with another checksum.
    case damaged
}
