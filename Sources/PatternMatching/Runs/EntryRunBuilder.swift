/// Makes an ``EntryRun`` of entries as they are read.
public struct EntryRunBuilder: Sendable {
    private var builder: MatchIndexBuilder
    private let source: SourceID
    private var others: [UInt8] = []
    public private(set) var entries = 0

    /// - Parameter seed: that of the other runs an index will be made of.
    public init(seed: UInt64) {
        builder = MatchIndexBuilder(seed: seed)
        source = builder.source(named: "")
    }

    /// Adds an entry. After an error the builder is as it was before, and the caller goes on with the next entry.
    /// - Throws: what ``MatchIndexBuilder/add(_:to:)`` would throw, but for the limits of a whole index.
    public mutating func add(_ entry: ListEntry) throws(EntryError) {
        switch entry.kind {
        case .site, .exact, .subdomains, .prefix: try builder.add(entry, to: source)
        case .url, .urlCaseless:
            _ = try URLEntryText(entry.text, caseless: entry.kind == .urlCaseless)
            keep(entry)
        case .expression, .expressionHostPath:
            _ = try Expression(entry.text.utf8, jit: false)
            keep(entry)
        }
        entries += 1
    }

    /// Adds a host without making an entry of it.
    /// - Parameters: as of ``MatchIndexBuilder/add(plainHost:_:isException:line:to:)``.
    public mutating func add(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int) throws(EntryError) {
        try builder.add(plainHost: host, kind, isException: false, line: line, to: [source])
        entries += 1
    }

    private mutating func keep(_ entry: ListEntry) {
        others.append(entry.kind.rawValue)
        others.append(entry.isException ? 1 : 0)
        others.append(varint: UInt32(clamping: entry.line))
        others.append(varint: UInt32(clamping: entry.text.utf8.count))
        others += entry.text.utf8
    }

    /// The run's bytes: keep them in a file or map them.
    /// - Parameter note: kept with it.
    public consuming func finish(note: [UInt8]) -> [UInt8] {
        let (starts, records) = builder.table.ordered(seed: builder.seed)
        var bytes = [UInt8](repeating: 0, count: EntryRun.headerLength)
        bytes.reserveCapacity(bytes.count + records.count + others.count + builder.written.count + note.count + 2048)
        let lengths = builder.prefixLengths.sorted(by: >)
        var header = [EntryRun.magic, EntryRun.version, 0, 0, builder.seed, UInt64(entries)]
        for part in EntryRun.Part.allCases {
            while bytes.count & 7 != 0 { bytes.append(0) }
            let start = bytes.count
            switch part {
            case .starts: for word in starts { bytes.append(littleEndian: word) }
            case .records: bytes += records
            case .written: bytes += builder.written
            case .prefixLengths: bytes += lengths
            case .others: bytes += others
            case .note: bytes += note
            }
            header += [UInt64(start), UInt64(bytes.count - start)]
        }
        header[2] = UInt64(bytes.count)
        bytes.withUnsafeMutableBytes { raw in
            for (index, long) in header.enumerated() { raw.storeBytes(of: long.littleEndian, toByteOffset: 8 * index, as: UInt64.self) }
            let sum = IndexImage.checksum(UnsafeRawBufferPointer(rebasing: raw[32...]))
            raw.storeBytes(of: sum.littleEndian, toByteOffset: 24, as: UInt64.self)
        }
        return bytes
    }
}

extension RecordTable {
    /// The records in the order of their hashes' first bytes; those of one bucket stay in the order in which they were added.
    /// - Returns: where each bucket's records begin, one offset more at the end, and the records.
    func ordered(seed: UInt64) -> (starts: [UInt32], records: [UInt8]) {
        bytes.withUnsafeBufferPointer { all in
            let records = UnsafeBufferPointer(rebasing: all[(IndexImage.headerLength + 1)...])
            var buckets: [UInt8] = []
            buckets.reserveCapacity(count)
            var sizes = [Int](repeating: 0, count: EntryRun.bucketCount)
            var at = 0
            while at < records.count {
                let record = RecordPlace(records, at: at)
                let hash = IndexKey.hash(key: UnsafeBufferPointer(rebasing: records[record.key]), seed: seed)
                let bucket = UInt8(truncatingIfNeeded: hash >> 56)
                buckets.append(bucket)
                sizes[Int(bucket)] += record.end - at
                at = record.end
            }
            var places: [Int] = []
            var total = 0
            for size in sizes {
                places.append(total)
                total += size
            }
            let starts = (places + [total]).map { UInt32(clamping: $0) }
            let sorted = [UInt8](unsafeUninitializedCapacity: total) { out, length in
                var at = 0
                for bucket in buckets {
                    let end = RecordPlace(records, at: at).end
                    let place = places[Int(bucket)]
                    for offset in 0..<(end - at) { out.initializeElement(at: place + offset, to: records[at + offset]) }
                    places[Int(bucket)] = place + end - at
                    at = end
                }
                length = total
            }
            return (starts, sorted)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian word: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}
