/// Records of one key put together, in the order in which they were added; what lies between is copied as it is.
struct RecordMerge {
    private(set) var bytes: [UInt8] = []
    private(set) var dropped: [SourceID] = []
    /// From behind `at` on records lie so many bytes further on (or back) than they did.
    private var changes: [(at: UInt32, shift: Int)] = []

    /// A posting as it lies in a record.
    private struct Piece {
        var header: PostingHeader
        var source: UInt32
        var port: UInt32
        /// What follows the header.
        var rest: Range<Int>

        init(_ records: UnsafeBufferPointer<UInt8>, _ at: inout Int) {
            header = PostingHeader(bits: records[at])
            let start = at + 1
            var cursor = start
            source = RecordPlace.varint(records, &cursor)
            _ = RecordPlace.varint(records, &cursor)
            if !header.isGroup, header.hasWritten { _ = RecordPlace.varint(records, &cursor) }
            port = !header.isGroup && header.hasPort ? RecordPlace.varint(records, &cursor) : 0
            rest = start..<cursor
            at = cursor
        }

        /// The same entry, perhaps on another line.
        func says(theSameAs other: Piece) -> Bool {
            !header.isGroup && !other.header.isGroup && source == other.source && port == other.port
                && (header.bits ^ other.header.bits) & 0x0f == 0
        }
    }

    /// - Parameters:
    ///   - table: header and records.
    ///   - repeats: in the order of the records.
    init(_ table: [UInt8], _ repeats: [RecordTable.Repeat]) {
        bytes.reserveCapacity(table.count)
        bytes.append(contentsOf: table[..<IndexImage.headerLength])
        table.withUnsafeBufferPointer { all in
            merge(UnsafeBufferPointer(rebasing: all[IndexImage.headerLength...]), repeats)
        }
    }

    private mutating func merge(_ records: UnsafeBufferPointer<UInt8>, _ repeats: [RecordTable.Repeat]) {
        let byFirst = repeats.sorted { ($0.first, $0.at) < ($1.first, $1.at) }
        changes.reserveCapacity(repeats.count * 2)
        var (nextFirst, nextRepeat) = (0, 0)
        var at = 0
        var shift = 0
        while true {
            let first = nextFirst < byFirst.count ? Int(byFirst[nextFirst].first) : Int.max
            let again = nextRepeat < repeats.count ? Int(repeats[nextRepeat].at) : Int.max
            let place = min(first, again)
            guard place < records.count else { break }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: records[at..<place]))
            let record = RecordPlace(records, at: place)
            at = record.end
            let before = bytes.count
            if place == first {
                let start = nextFirst
                while nextFirst < byFirst.count, Int(byFirst[nextFirst].first) == place { nextFirst += 1 }
                write(record, records, byFirst[start..<nextFirst])
            } else {
                nextRepeat += 1
            }
            shift += bytes.count - before - (record.end - place)
            changes.append((UInt32(clamping: place), shift))
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: records[at...]))
    }

    private mutating func write(
        _ record: RecordPlace, _ records: UnsafeBufferPointer<UInt8>, _ others: ArraySlice<RecordTable.Repeat>
    ) {
        var pieces: [Piece] = []
        take(from: record, records, &pieces)
        for other in others { take(from: RecordPlace(records, at: Int(other.at)), records, &pieces) }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: records[record.start..<record.key.upperBound]))
        for (index, piece) in pieces.enumerated() {
            var header = piece.header
            header.isLast = index == pieces.count - 1
            bytes.append(header.bits)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: records[piece.rest]))
        }
    }

    private mutating func take(from record: RecordPlace, _ records: UnsafeBufferPointer<UInt8>, _ pieces: inout [Piece]) {
        var at = record.key.upperBound
        while at < record.end {
            let piece = Piece(records, &at)
            if let last = pieces.last, piece.says(theSameAs: last) {
                dropped.append(SourceID(index: Int(piece.source)))
            } else {
                pieces.append(piece)
            }
        }
    }

    /// Makes slots that lead to records where they were lead to where they are now.
    func translate(_ slots: SlotTable.Slots) {
        let width = 9
        // For each stretch of 512 bytes how many changes come before it.
        var starts: [UInt32] = [0]
        for (number, change) in changes.enumerated() {
            while starts.count <= Int(change.at) >> width { starts.append(UInt32(clamping: number)) }
        }
        for place in 0..<slots.count where slots[place] != 0 {
            let offset = slots[place] & SlotTable.offsetBits
            let stretch = Int(offset) >> width
            var number = stretch < starts.count ? Int(starts[stretch]) : changes.count
            while number < changes.count, UInt64(changes[number].at) < offset { number += 1 }
            guard number > 0 else { continue }
            let moved = Int(offset) + changes[number - 1].shift
            slots.set(place, offset: UInt32(clamping: moved), tag: slots[place] >> 32)
        }
    }
}
