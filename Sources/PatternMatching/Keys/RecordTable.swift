/// The records of an index under construction, each entry one of its own, one after the other as the image will hold them. Which of them say
/// something of the same key is found at the end, all at once: see ``laidOut(seed:)``.
struct RecordTable {
    /// One entry at a key, for one source or several.
    struct Item {
        var header: PostingHeader
        var line: UInt32
        /// Offset of the text as written, 0 for none.
        var written: UInt32 = 0
        /// 0 for every port.
        var port: UInt16 = 0
    }

    /// Room for the image's header, a byte that is no record, then the records.
    var bytes = [UInt8](repeating: 0, count: IndexImage.headerLength + 1)
    private(set) var count = 0

    static let longestKey = Int(UInt16.max)

    var isFull: Bool { bytes.count >= 3 << 30 }

    /// The caller has seen that the table is not full and the key not too long.
    mutating func add(_ key: UnsafeBufferPointer<UInt8>, _ item: Item, to sources: some Collection<SourceID>) {
        count += 1
        bytes.append(varint: UInt32(clamping: key.count))
        bytes.append(contentsOf: key)
        var left = sources.count
        for source in sources {
            left -= 1
            var header = item.header
            header.isLast = left == 0
            bytes.append(header.bits)
            bytes.append(varint: UInt32(clamping: source.index))
            bytes.append(varint: item.line)
            if header.hasWritten { bytes.append(varint: item.written) }
            if header.hasPort { bytes.append(varint: UInt32(item.port)) }
        }
    }

    /// Says that a host is one that URL entries name.
    mutating func add(_ host: [UInt8], group: UInt32, longest: Int, hasCased: Bool, hasCaseless: Bool) {
        count += 1
        var header = PostingHeader.group(hasCased: hasCased, hasCaseless: hasCaseless)
        header.isLast = true
        bytes.append(varint: UInt32(clamping: host.count))
        bytes += host
        bytes.append(header.bits)
        bytes.append(varint: group)
        bytes.append(varint: UInt32(clamping: longest))
    }
}

/// Where a record of a table lies.
struct RecordPlace {
    let start: Int
    let key: Range<Int>
    let end: Int

    /// - Parameter records: of a ``RecordTable``, which wrote them whole.
    init(_ records: UnsafeBufferPointer<UInt8>, at start: Int) {
        self.start = start
        var at = start
        let length = Int(RecordPlace.varint(records, &at))
        key = at..<(at + length)
        at += length
        while !RecordPlace.skipPosting(records, &at).isLast {}
        end = at
    }

    static func skipPosting(_ records: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> PostingHeader {
        let header = PostingHeader(bits: records[at])
        at += 1
        _ = varint(records, &at)
        _ = varint(records, &at)
        if !header.isGroup {
            if header.hasWritten { _ = varint(records, &at) }
            if header.hasPort { _ = varint(records, &at) }
        }
        return header
    }

    static func varint(_ records: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> UInt32 {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while true {
            let byte = records[at]
            at += 1
            value |= UInt32(byte & 0x7f) &<< shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
    }
}
