/// The active minutes of one local day, packed as `docs/reports-schema.md` says: a mask of hours, then 60 bits for each hour in it.
struct DayMinutes: Equatable, Sendable {
    /// Hour of the day to its bits; at most 32 hours.
    private(set) var hours: [UInt64]
    private(set) var mask: UInt32

    init() {
        hours = []
        mask = 0
    }

    init(hour: Int, bits: UInt64) {
        self.init()
        insert(hour: hour, bits: bits)
    }

    /// Reads the packed form; what does not fit it counts as none.
    init(packed: UnsafeRawBufferPointer) {
        self.init()
        guard packed.count >= 4 else { return }
        let mask = UInt32(littleEndian: packed.loadUnaligned(as: UInt32.self))
        guard packed.count == 4 + 8 * mask.nonzeroBitCount else { return }
        self.mask = mask
        hours.reserveCapacity(mask.nonzeroBitCount)
        for index in 0..<mask.nonzeroBitCount {
            hours.append(UInt64(littleEndian: packed.loadUnaligned(fromByteOffset: 4 + 8 * index, as: UInt64.self)))
        }
    }

    var packed: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + 8 * hours.count)
        withUnsafeBytes(of: mask.littleEndian) { bytes.append(contentsOf: $0) }
        for bits in hours { withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    var count: Int { hours.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// - Parameter hour: 0…31; others are ignored.
    mutating func insert(hour: Int, bits: UInt64) {
        guard (0..<32).contains(hour), bits != 0 else { return }
        let place = (mask & ((1 << UInt32(hour)) &- 1)).nonzeroBitCount
        if mask & (1 << UInt32(hour)) != 0 {
            hours[place] |= bits
        } else {
            mask |= 1 << UInt32(hour)
            hours.insert(bits, at: place)
        }
    }

    mutating func formUnion(_ other: DayMinutes) {
        if mask == other.mask {
            for index in hours.indices { hours[index] |= other.hours[index] }
            return
        }
        var place = 0
        for hour in 0..<32 where other.mask & (1 << UInt32(hour)) != 0 {
            insert(hour: hour, bits: other.hours[place])
            place += 1
        }
    }

    /// - Parameter minute: of the day.
    func contains(minute: Int) -> Bool {
        guard minute >= 0, minute < 32 * 60, mask & (1 << UInt32(minute / 60)) != 0 else { return false }
        let place = (mask & ((1 << UInt32(minute / 60)) &- 1)).nonzeroBitCount
        return hours[place] & (1 << UInt64(minute % 60)) != 0
    }
}
