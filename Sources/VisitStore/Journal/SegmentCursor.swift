internal import Glibc

/// Reads one stream's segments from a position on, record by record.
struct SegmentCursor {
    enum Stop: Equatable {
        /// Nothing more is written yet (a live stream), or at all (a dead one).
        case end
        /// As many records as asked for were read.
        case full
    }

    let folder: String
    let boot: UInt64
    let stream: UInt16
    /// The segment being read and the offset of the next frame in it.
    private(set) var number: UInt32
    private(set) var offset: Int
    /// Set where a frame was damaged and what follows it in its segment was given up.
    private(set) var sawDamage = false
    private(set) var header: SegmentHeader?
    /// Segments opened ahead, so that they can be read even after they were deleted.
    var held: [UInt32: OpenFile] = [:]
    private var file: OpenFile?
    private var buffer: [UInt8] = []

    init(folder: String, boot: UInt64, stream: UInt16, number: UInt32, offset: Int) {
        self.folder = folder
        self.boot = boot
        self.stream = stream
        self.number = number
        self.offset = max(offset, SegmentHeader.size)
    }

    /// Reads on, record by record.
    /// - Parameters:
    ///   - limit: for a live stream, how far it is written; nil reads all there is.
    ///   - numbers: the stream's segments, in order.
    mutating func read(
        upTo limit: (number: UInt32, offset: Int)?, numbers: [UInt32], most: Int,
        _ body: (JournalRecord, _ isAfterDamage: Bool) throws -> Void
    ) rethrows -> Stop {
        let (boot, stream) = (boot, stream)
        return try readFrames(upTo: limit, numbers: numbers, most: most) { frame, isAfterDamage in
            guard let record = JournalDecoder.record(frame, boot: boot, stream: stream) else { return false }
            try body(record, isAfterDamage)
            return true
        }
    }

    /// Reads on, frame by frame.
    /// - Parameter body: is given each whole frame's payload, valid during the call, and says whether it counts: one of a kind or content
    ///   this version does not know is passed over.
    mutating func readFrames(
        upTo limit: (number: UInt32, offset: Int)?, numbers: [UInt32], most: Int,
        _ body: (UnsafeRawBufferPointer, _ isAfterDamage: Bool) throws -> Bool
    ) rethrows -> Stop {
        var left = most
        while true {
            let isLast = limit.map { number >= $0.number } ?? !numbers.contains { $0 > number }
            let stop = isLast ? limit.map { $0.number == number ? $0.offset : 0 } : nil
            try readSegment(stop: stop, most: &left, body)
            if left == 0 { return .full }
            guard !isLast, let next = numbers.first(where: { $0 > number }) else { return .end }
            number = next
            offset = SegmentHeader.size
            file = nil
            header = nil
        }
    }

    private mutating func readSegment(
        stop: Int?, most left: inout Int, _ body: (UnsafeRawBufferPointer, _ isAfterDamage: Bool) throws -> Bool
    ) rethrows {
        guard let file = opened() else { return }
        let size = min(stop ?? file.size, file.size)
        while left > 0, offset < size {
            let wanted = min(size - offset, 256 << 10)
            let count = file.read(at: offset, into: &buffer, count: wanted)
            if count <= 0 { return }
            let used = try frames(count: count, isAll: offset + count >= size, most: &left, body)
            if used == 0 { return }
            offset += used
        }
    }

    /// Reads whole frames out of the buffer; gives the bytes they took.
    private mutating func frames(
        count: Int, isAll: Bool, most left: inout Int, _ body: (UnsafeRawBufferPointer, _ isAfterDamage: Bool) throws -> Bool
    ) rethrows -> Int {
        var used = 0
        var isDamaged = false
        try buffer.withUnsafeBytes { bytes in
            reading: while left > 0 {
                switch JournalDecoder.frame(UnsafeRawBufferPointer(rebasing: bytes[used..<count]), isAll: isAll) {
                case .whole(let frame, let length):
                    used += length
                    if try body(frame, sawDamage) { left -= 1 }
                case .damaged:
                    isDamaged = true
                    break reading
                case .nothing, .more: break reading
                }
            }
        }
        if isDamaged { sawDamage = true }
        return used
    }

    private mutating func opened() -> OpenFile? {
        if let file { return file }
        let name = SegmentName(boot: boot, stream: stream, number: number)
        guard let found = held[number] ?? OpenFile(path: folder + "/" + name.file) else { return nil }
        var bytes: [UInt8] = []
        let count = found.read(at: 0, into: &bytes, count: SegmentHeader.size)
        guard count == SegmentHeader.size, let read = bytes.withUnsafeBytes({ SegmentHeader($0) }), read.name == name else {
            sawDamage = true
            return nil
        }
        header = read
        file = found
        return found
    }
}

/// A file open for reading, closed when let go of.
final class OpenFile: Sendable {
    private let descriptor: CInt
    let size: Int

    init?(path: String) {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        let isOpen = descriptor >= 0 && fstat(descriptor, &status) == 0
        size = Int(status.st_size)
        if !isOpen { return nil }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// - Returns: bytes read, 0 at the end or where reading failed.
    func read(at offset: Int, into buffer: inout [UInt8], count: Int) -> Int {
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
        return buffer.withUnsafeMutableBytes { max(0, pread(descriptor, $0.baseAddress, count, offset)) }
    }
}
