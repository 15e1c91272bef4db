internal import Glibc
internal import Synchronization

extension JournalStream {
    /// More than this is not held while the disk is full.
    private static let mostPending = 32 << 20

    /// Writes what is pending, in one call where the segment has room.
    /// - Returns: false where the disk refused and the visits still wait.
    func write(_ state: inout State) -> Bool {
        do {
            try attempt(&state)
            return true
        } catch {
            return refuse(&state, error)
        }
    }

    /// The keeper's attempt after a full disk: takes the space of a whole segment before it writes, so that recording does not flap.
    func retry() -> Bool {
        state.withLock { state in
            if state.isClosed && state.pending.isEmpty { return true }
            do {
                if state.spare == nil { state.spare = try makeSpare() }
                try attempt(&state)
                return true
            } catch {
                return false
            }
        }
    }

    private func attempt(_ state: inout State) throws {
        while state.written < state.pending.bytes.count {
            let end = cut(state, room: state.segment.map { $0.size - state.offset } ?? 0)
            if end == state.written {
                try roll(&state)
            } else {
                try write(&state, to: end)
            }
        }
        finish(&state)
    }

    /// Where to stop writing so that no frame is split: the end of the pending bytes where they fit.
    private func cut(_ state: State, room: Int) -> Int {
        let bytes = state.pending.bytes
        if bytes.count - state.written <= room { return bytes.count }
        var end = state.written
        while let next = Self.frameEnd(bytes, at: end), next - state.written <= room { end = next }
        return end
    }

    /// All or nothing: what a refused call left in the file is written over by the next.
    private func write(_ state: inout State, to end: Int) throws {
        guard let segment = state.segment else { return }
        let start = state.written
        let offset = state.offset
        try state.pending.bytes.withUnsafeBytes { bytes in
            var done = start
            while done < end {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done..<end])
                done += try shared.disk.write(segment.descriptor, rest, offset + done - start)
            }
        }
        state.written = end
        state.offset = offset + end - start
        state.isDirty = true
        state.budgets.written(upTo: end)
    }

    /// Takes the prepared segment, or makes one here and now.
    private func roll(_ state: inout State) throws {
        // While the disk is full the keeper makes the next segment, not every request.
        if state.spare == nil && shared.isStopped.load(ordering: .relaxed) { throw DiskError(code: ENOSPC) }
        let segment = try state.spare ?? makeSpare()
        state.spare = segment
        let name = SegmentName(boot: shared.boot, stream: index, number: state.number &+ 1)
        // A copy is made of the tally, which begins anew only once the segment has its name.
        var budgets = state.budgets
        let head = SegmentHeader(name: name, kernel: shared.kernel, isStrict: shared.isStrict).bytes + checkpoint(&budgets, state)
        let written = try head.withUnsafeBytes { try shared.disk.write(segment.descriptor, $0, 0) }
        guard written == head.count else { throw DiskError(code: EIO) }
        guard rename(shared.path(spareFile), shared.path(name.file)) == 0 else { throw DiskError(code: errno) }
        shared.isFolderDirty.store(true, ordering: .releasing)
        if let old = state.segment, state.isDirty { state.unsynced.append(old) }
        state.spare = nil
        state.segment = segment
        state.number = name.number
        state.offset = head.count
        state.budgets = budgets
        state.isDirty = true
    }

    /// What stands between a segment's header and its first visit; nothing in a stream's first segment, and where it would leave no room for
    /// the longest frame: then the segment before is read at a start.
    private func checkpoint(_ budgets: inout BudgetTally, _ state: State) -> [UInt8] {
        let checkpoint = budgets.checkpoint(sequence: state.next &- 1)
        if state.number == 0 { return [] }
        var encoder = JournalEncoder()
        encoder.append(checkpoint)
        let frame = JournalRecord.frameHead + JournalRecord.longestFrame
        let room = min(shared.segmentBytes / 4, shared.segmentBytes - SegmentHeader.size - frame)
        return encoder.bytes.count <= room ? encoder.bytes : []
    }

    var spareFile: String { String(shared.boot, radix: 16) + "-\(index).spare" }

    func makeSpare() throws -> JournalSegment {
        JournalSegment(descriptor: try shared.disk.create(shared.path(spareFile), shared.segmentBytes), size: shared.segmentBytes)
    }

    private func finish(_ state: inout State) {
        if state.pending.isEmpty { return }
        state.budgets.written(upTo: state.pending.bytes.count)
        state.pending.removeAll()
        state.written = 0
        if state.flushedSequence != state.next &- 1 {
            state.flushedSequence = state.next &- 1
            state.dropped = 0
        }
    }

    private func refuse(_ state: inout State, _ error: any Error) -> Bool {
        if !shared.isStopped.load(ordering: .relaxed) { shared.stop(error as? DiskError ?? DiskError(code: EIO)) }
        if shared.countsWhenFull.load(ordering: .relaxed) {
            drop(&state)
            return true
        }
        if state.pending.bytes.count > Self.mostPending { drop(&state) }
        return false
    }

    /// Gives up the beginnings that wait, and whatever belongs to them; ends of visits already written stay.
    private func drop(_ state: inout State) {
        let bytes = state.pending.bytes
        var kept: [UInt8] = []
        var at = state.written
        while let end = Self.frameEnd(bytes, at: at) {
            if !isDropped(bytes, at: at, &state) { kept.append(contentsOf: bytes[at..<end]) }
            at = end
        }
        state.pending.replace(with: kept)
        state.budgets.writtenOrGivenUp()
        state.written = 0
        state.flushedSequence = state.next &- 1
    }

    private func isDropped(_ bytes: [UInt8], at start: Int, _ state: inout State) -> Bool {
        let step = bytes.withUnsafeBytes {
            JournalDecoder.step(UnsafeRawBufferPointer(rebasing: $0[start...]), isAll: true, boot: shared.boot, stream: index)
        }
        guard case .record(let record, _) = step else { return true }
        switch record {
        case .begin(let sequence, _):
            state.dropped &+= 1
            state.droppedOpen.insert(sequence)
            return true
        case .progress: return true
        case .draw(let sequence, _): return state.droppedOpen.contains(sequence)
        case .end(let sequence, _): return state.droppedOpen.remove(sequence) != nil
        case .closed, .checkpoint: return false
        }
    }

    /// The end of the frame that begins at `at`; nil at the end of the bytes.
    private static func frameEnd(_ bytes: [UInt8], at: Int) -> Int? {
        guard bytes.count - at >= JournalRecord.frameHead else { return nil }
        let length = bytes.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: UInt32.self))) }
        let end = at + JournalRecord.frameHead + length
        return end <= bytes.count ? end : nil
    }
}
