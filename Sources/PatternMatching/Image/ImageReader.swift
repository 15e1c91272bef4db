/// A section of an image. Every read is checked against its bounds and gives 0 outside them: a damaged file gives wrong answers at worst, and
/// the checksum finds it before.
struct ImageSection {
    let bytes: UnsafeRawBufferPointer

    var count: Int { bytes.count }

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        offset >= 0 && offset < bytes.count ? bytes[offset] : 0
    }

    /// The number at `4 * index`.
    @inline(__always)
    func word(_ index: Int) -> UInt32 {
        guard index >= 0, index < bytes.count >> 2 else { return 0 }
        return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index &<< 2, as: UInt32.self))
    }

    /// `length` bytes from `offset`, fewer where the section ends before.
    func slice(_ offset: Int, _ length: Int) -> UnsafeRawBufferPointer {
        guard offset >= 0, offset <= bytes.count, length > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + min(length, bytes.count - offset))])
    }
}

/// Reads a record from its beginning on.
struct RecordCursor {
    let section: ImageSection
    var at: Int

    @inline(__always)
    mutating func byte() -> UInt8 {
        let value = section.byte(at)
        at &+= 1
        return value
    }

    /// At most five bytes of seven bits, the lowest first.
    @inline(__always)
    mutating func varint() -> UInt32 {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while shift < 35 {
            let next = byte()
            value |= UInt32(next & 0x7f) << shift
            if next < 0x80 { break }
            shift += 7
        }
        return value
    }

    var isAtEnd: Bool { at >= section.count }
}

/// The header's checks and the sections of an image.
struct ImageReader {
    let seed: UInt64
    private let image: UnsafeRawBufferPointer

    init(_ image: UnsafeRawBufferPointer) throws(MatchIndexError) {
        guard image.count >= 16, ImageReader.long(image, 0) == IndexImage.magic else { throw .notAnIndex }
        let version = UInt32(truncatingIfNeeded: ImageReader.long(image, 8))
        guard version == IndexImage.version else { throw .otherVersion(version) }
        guard image.count >= IndexImage.headerLength, ImageReader.long(image, 8) >> 32 == UInt64(IndexImage.Section.allCases.count),
            ImageReader.long(image, 16) == UInt64(image.count),
            ImageReader.long(image, 24) == IndexImage.checksum(UnsafeRawBufferPointer(rebasing: image[32...]))
        else { throw .damaged }
        seed = ImageReader.long(image, 32)
        self.image = image
        for section in IndexImage.Section.allCases where range(of: section) == nil { throw .damaged }
    }

    func section(_ section: IndexImage.Section) -> ImageSection {
        ImageSection(
            bytes: range(of: section).map { UnsafeRawBufferPointer(rebasing: image[$0]) } ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }

    private func range(of section: IndexImage.Section) -> Range<Int>? {
        let place = 40 + 16 * section.rawValue
        guard let offset = Int(exactly: ImageReader.long(image, place)), let length = Int(exactly: ImageReader.long(image, place + 8)),
            offset <= image.count, length <= image.count - offset
        else { return nil }
        return offset..<(offset + length)
    }

    private static func long(_ image: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: image.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
