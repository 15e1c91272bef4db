/// Entries of a stretch of a list, read once and kept: an index is put together from many of them without reading their texts again.
///
/// Hosts and address blocks lie in it as the records of an index, in 256 parts by the first byte of their hash, so that an index is made
/// part by part and each part of its table fits the processor's cache. Everything else lies in it as entries. Lines are those of the
/// stretch, from 1; nothing in a run says which source or list it is of.
///
/// The bytes, little-endian: magic (8), version (8), length (8), checksum of all after byte 32 (8), hash seed (8), entries (8), then offset
/// (8) and length (8) of each part.
///
/// `@unchecked Sendable`: the bytes are never written after the run was made, and stay where they are until `owner` goes, which the run keeps.
public final class EntryRun: @unchecked Sendable {
    /// Of the hash its records are ordered by.
    public let seed: UInt64
    /// How many entries it holds.
    public let entries: Int
    let starts: ImageSection
    let records: ImageSection
    let written: ImageSection
    let prefixLengths: ImageSection
    let others: ImageSection
    private let noteSection: ImageSection
    private let owner: any AnyObject & Sendable

    static let magic: UInt64 = 0x314e_5552_5249_4557  // "WEIRRUN1"
    static let version: UInt64 = 1
    static let headerLength = 48 + 16 * Part.allCases.count
    /// Into how many parts the hash cuts the records.
    static let bucketCount = 256

    enum Part: Int, CaseIterable {
        /// 4 bytes each: where the records of each bucket begin; one more at the end.
        case starts
        /// As in ``IndexImage``, each with one posting of source 0.
        case records
        /// As in ``IndexImage``.
        case written
        /// One byte for each length of an address prefix that occurs.
        case prefixLengths
        /// What is no record: kind (1 byte), whether it is an exception (1), varint line, varint length, text.
        case others
        /// What the reader wants to know again.
        case note
    }

    /// Uses a run where it is, a mapped file for example.
    /// - Parameters:
    ///   - mapped: must stay readable and unchanged as long as `owner` lives.
    ///   - owner: kept as long as the run.
    /// - Throws: ``MatchIndexError``: a run cut off, half written or changed is none.
    public init(mapped: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) throws(MatchIndexError) {
        let all = ImageSection(bytes: mapped)
        guard all.count >= 16, all.long(0) == EntryRun.magic else { throw .notAnIndex }
        guard all.long(1) == EntryRun.version else { throw .otherVersion(UInt32(truncatingIfNeeded: all.long(1))) }
        guard all.count >= EntryRun.headerLength, all.long(2) == UInt64(all.count),
            all.long(3) == IndexImage.checksum(UnsafeRawBufferPointer(rebasing: mapped[32...])), let entries = Int(exactly: all.long(5))
        else { throw .damaged }
        var parts: [ImageSection] = []
        for part in Part.allCases {
            guard let offset = Int(exactly: all.long(6 + 2 * part.rawValue)), let length = Int(exactly: all.long(7 + 2 * part.rawValue)),
                offset <= all.count, length <= all.count - offset
            else { throw .damaged }
            parts.append(ImageSection(bytes: all.slice(offset, length)))
        }
        guard parts[Part.starts.rawValue].count == 4 * (EntryRun.bucketCount + 1) else { throw .damaged }
        self.owner = owner
        self.entries = entries
        seed = all.long(4)
        starts = parts[Part.starts.rawValue]
        records = parts[Part.records.rawValue]
        written = parts[Part.written.rawValue]
        prefixLengths = parts[Part.prefixLengths.rawValue]
        others = parts[Part.others.rawValue]
        noteSection = parts[Part.note.rawValue]
    }

    /// What was given to ``EntryRunBuilder/finish(note:)``.
    public var note: [UInt8] { Array(noteSection.bytes) }
}

extension ImageSection {
    /// The number at `8 * index`.
    fileprivate func long(_ index: Int) -> UInt64 {
        guard index >= 0, index < bytes.count >> 3 else { return 0 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index &<< 3, as: UInt64.self))
    }
}
