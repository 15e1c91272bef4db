import Glibc
import Synchronization

@testable import VisitStore

/// A disk that can be full: making files fails, and writes stop in the middle.
final class FlakyDisk: Sendable {
    private let isFull = Atomic<Bool>(false)
    private let room = Atomic<Int>(.max)

    func fill() { isFull.store(true, ordering: .sequentiallyConsistent) }

    func free() {
        room.store(.max, ordering: .sequentiallyConsistent)
        isFull.store(false, ordering: .sequentiallyConsistent)
    }

    /// So many more bytes are taken, then none: also the space of segments made before.
    func leave(_ bytes: Int) { room.store(bytes, ordering: .sequentiallyConsistent) }

    var disk: JournalDisk {
        JournalDisk(
            create: { [self] path, bytes in
                if isFull.load(ordering: .sequentiallyConsistent) { throw DiskError(code: ENOSPC) }
                return try JournalDisk.system.create(path, bytes)
            },
            write: { [self] descriptor, bytes, offset in
                let left = room.load(ordering: .sequentiallyConsistent)
                if left == .max { return try JournalDisk.system.write(descriptor, bytes, offset) }
                if left <= 0 { throw DiskError(code: ENOSPC) }
                let taken = UnsafeRawBufferPointer(rebasing: bytes[..<min(left, bytes.count)])
                let written = try JournalDisk.system.write(descriptor, taken, offset)
                room.store(left - written, ordering: .sequentiallyConsistent)
                return written
            }, sync: JournalDisk.system.sync)
    }
}
