extension ZoneTable {
    /// Reads a compiled time zone file (RFC 9636, version 2 and later).
    /// - Parameter tzif: the file's bytes.
    /// - Returns: nil where they are no such file, or a damaged one.
    public init?(tzif bytes: [UInt8]) {
        guard let first = TZifHeader(bytes, at: 0), first.version >= UInt8(ascii: "2") else { return nil }
        let secondStart = 44 + first.bodyLength(timeSize: 4)
        guard let header = TZifHeader(bytes, at: secondStart), header.typeCount > 0 else { return nil }
        let body = secondStart + 44
        let end = body + header.bodyLength(timeSize: 8)
        guard end <= bytes.count else { return nil }

        let indexes = body + header.timeCount * 8
        let types = indexes + header.timeCount
        func offset(ofType type: Int) -> Int? {
            guard type < header.typeCount, let raw = bytes.bigEndian(at: types + type * 6, count: 4) else { return nil }
            let value = Int(Int32(truncatingIfNeeded: raw))
            return abs(value) <= 26 * 3600 ? value : nil
        }

        guard let initial = offset(ofType: 0) else { return nil }
        var transitions: [Int64] = []
        var offsets = [initial]
        transitions.reserveCapacity(header.timeCount)
        for number in 0..<header.timeCount {
            guard let raw = bytes.bigEndian(at: body + number * 8, count: 8), let type = bytes.bigEndian(at: indexes + number, count: 1),
                let offset = offset(ofType: Int(type))
            else { return nil }
            let time = Int64(bitPattern: raw)
            if let last = transitions.last, time <= last { return nil }
            transitions.append(time)
            offsets.append(offset)
        }
        self.init(transitions: transitions, offsets: offsets, rule: ZoneTable.footer(bytes, at: end))
    }

    /// The rule between the two line feeds at the end; nil where there is none or it cannot be read.
    private static func footer(_ bytes: [UInt8], at start: Int) -> ZoneRule? {
        guard start < bytes.count, bytes[start] == 0x0a, let end = bytes[(start + 1)...].firstIndex(of: 0x0a) else { return nil }
        return ZoneRule(bytes[(start + 1)..<end])
    }
}

/// The 44 bytes before each block of a TZif file.
private struct TZifHeader {
    let version: UInt8
    let indicatorCounts: (utc: Int, standard: Int)
    let leapCount: Int
    let timeCount: Int
    let typeCount: Int
    let nameCount: Int

    init?(_ bytes: [UInt8], at start: Int) {
        guard start >= 0, start + 44 <= bytes.count, bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else { return nil }
        version = bytes[start + 4]
        var counts: [Int] = []
        for number in 0..<6 {
            // No real zone comes near this; it keeps all sums below far from overflow.
            guard let count = bytes.bigEndian(at: start + 20 + number * 4, count: 4), count < 1_000_000 else { return nil }
            counts.append(Int(count))
        }
        indicatorCounts = (counts[0], counts[1])
        leapCount = counts[2]
        timeCount = counts[3]
        typeCount = counts[4]
        nameCount = counts[5]
    }

    func bodyLength(timeSize: Int) -> Int {
        timeCount * (timeSize + 1) + typeCount * 6 + nameCount + leapCount * (timeSize + 4) + indicatorCounts.standard + indicatorCounts.utc
    }
}

extension [UInt8] {
    /// - Parameter count: at most 8.
    fileprivate func bigEndian(at start: Int, count: Int) -> UInt64? {
        guard start >= 0, start + count <= self.count else { return nil }
        return self[start..<(start + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
