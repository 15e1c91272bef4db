internal import Glibc

/// A preallocated file of the journal, open for writing. Closed when nobody holds it any more.
final class JournalSegment: Sendable {
    let descriptor: CInt
    let size: Int

    init(descriptor: CInt, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    deinit { Glibc.close(descriptor) }
}

/// Which segment a file is: `BOOT-STREAM-NUMBER.wj`, boot in hexadecimal.
struct SegmentName: Hashable, Comparable, Sendable {
    var boot: UInt64
    var stream: UInt16
    var number: UInt32

    init(boot: UInt64, stream: UInt16, number: UInt32) {
        self.boot = boot
        self.stream = stream
        self.number = number
    }

    init?(file: String) {
        guard file.hasSuffix(".wj") else { return nil }
        let parts = file.dropLast(3).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let boot = UInt64(parts[0], radix: 16), let stream = UInt16(parts[1]), let number = UInt32(parts[2]) else {
            return nil
        }
        self.init(boot: boot, stream: stream, number: number)
    }

    var file: String { String(boot, radix: 16) + "-\(stream)-\(number).wj" }

    static func < (a: SegmentName, b: SegmentName) -> Bool { (a.boot, a.stream, a.number) < (b.boot, b.stream, b.number) }

    /// Every segment in a journal's folder, in order.
    static func all(in folder: String) -> [SegmentName] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: [SegmentName] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let segment = SegmentName(file: name) { found.append(segment) }
        }
        return found.sorted()
    }
}

/// The first bytes of a segment.
struct SegmentHeader: Sendable, Equatable {
    static let size = 64
    private static let magic: UInt64 = 0x3130_4a52_4945_5701

    var name: SegmentName
    /// Tells one start of the machine from another.
    var kernel: UInt64
    var isStrict: Bool

    init(name: SegmentName, kernel: UInt64, isStrict: Bool) {
        self.name = name
        self.kernel = kernel
        self.isStrict = isStrict
    }

    init?(_ bytes: UnsafeRawBufferPointer) {
        func word(_ index: Int) -> UInt64 { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)) }
        guard bytes.count >= Self.size, word(0) == Self.magic,
            word(7) == UInt64(CRC32C.of(UnsafeRawBufferPointer(rebasing: bytes[..<56])))
        else { return nil }
        name = SegmentName(
            boot: word(1), stream: UInt16(truncatingIfNeeded: word(3)), number: UInt32(truncatingIfNeeded: word(4)))
        kernel = word(2)
        isStrict = word(5) & 1 != 0
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for word in [Self.magic, name.boot, kernel, UInt64(name.stream), UInt64(name.number), isStrict ? 1 : 0, 0] {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        let sum = bytes.withUnsafeBytes { UInt64(CRC32C.of($0)) }
        withUnsafeBytes(of: sum.littleEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }
}
