extension MatchIndexBuilder {
    /// Writes the records of all keys and the table of slots that leads to them.
    func writeTable(to writer: inout ImageWriter) {
        var offsets: [UInt32] = []
        offsets.reserveCapacity(table.keys.count)
        writer.begin()
        writer.append(0)
        for (number, key) in table.keys.enumerated() {
            offsets.append(UInt32(clamping: writer.offset))
            write(key, group: groupNumbers.isEmpty ? nil : groupNumbers[number], to: &writer)
        }
        writer.end(.records)
        // Three slots for four keys at most: a probe ends after a few, and an entry costs 11 bytes here.
        var slots = [UInt64](repeating: 0, count: table.keys.count + table.keys.count / 3 + 1)
        for (key, offset) in zip(table.keys, offsets) {
            var slot = Int(truncatingIfNeeded: key.hash.multipliedFullWidth(by: UInt64(slots.count)).high)
            while slots[slot] != 0 { slot = slot + 1 == slots.count ? 0 : slot + 1 }
            slots[slot] = key.hash << 32 | UInt64(offset)
        }
        writer.write(.slots, longs: slots)
    }

    private func write(_ key: KeyTable.Key, group: UInt32?, to writer: inout ImageWriter) {
        writer.append(varint: UInt32(key.length))
        table.text.withUnsafeBufferPointer { text in
            writer.append(contentsOf: UnsafeBufferPointer(rebasing: text[Int(key.text)..<(Int(key.text) + Int(key.length))]))
        }
        if let group {
            let paths = groups[Int(group) - 1]
            var header = PostingHeader.group(hasCased: paths.hasCased, hasCaseless: paths.hasCaseless)
            header.isLast = key.first == 0
            writer.append(header.bits)
            writer.append(varint: group)
            writer.append(varint: UInt32(paths.longest))
        }
        var place = key.first
        while place > 0 {
            let item = table.items[Int(place) - 1]
            var header = PostingHeader(bits: item.header)
            header.isLast = item.next == 0
            writer.append(header.bits)
            writer.append(varint: UInt32(item.source))
            writer.append(varint: item.line)
            if header.hasWritten { writer.append(varint: item.written) }
            if header.hasPort { writer.append(varint: UInt32(item.port)) }
            place = item.next
        }
    }
}
