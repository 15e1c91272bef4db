internal import Glibc

extension RecordTable {
    /// A record whose key an earlier one has. Offsets of both from the beginning of the section.
    struct Repeat {
        var first: UInt32
        var at: UInt32
    }

    /// What an index holds of its keys.
    struct Layout {
        /// The image's header, not filled in, and the records.
        var bytes: [UInt8]
        var slots: SlotTable
        /// The source of each entry that said the same as the one before it at its key, and was left out.
        var dropped: [SourceID]
    }

    private struct Waiting {
        var hash: UInt64
        var at: Int
        var key: Range<Int>
        var slot: Int
        var touched: UInt64
    }

    /// Finds which records belong together, puts them together and makes the table of slots that leads to them.
    consuming func laidOut(seed: UInt64) -> Layout {
        var slots = SlotTable(keys: count)
        let repeats = bytes.withUnsafeBufferPointer { all in
            slots.withSlots { slots in
                RecordTable.place(UnsafeBufferPointer(rebasing: all[IndexImage.headerLength...]), in: slots, seed: seed)
            }
        }
        guard !repeats.isEmpty else { return Layout(bytes: bytes, slots: slots, dropped: []) }
        let merge = RecordMerge(bytes, repeats)
        bytes = []
        slots.withSlots { merge.translate($0) }
        return Layout(bytes: merge.bytes, slots: slots, dropped: merge.dropped)
    }

    /// How many records wait for memory together.
    private static let together = 16

    /// Gives every key's first record a slot.
    /// - Returns: the other records, in their order.
    private static func place(
        _ records: UnsafeBufferPointer<UInt8>, in slots: SlotTable.Slots, seed: UInt64
    ) -> [Repeat] {
        var repeats: [Repeat] = []
        withUnsafeTemporaryAllocation(of: Waiting.self, capacity: together) { waiting in
            var at = 1
            while at < records.count {
                var count = 0
                while at < records.count, count < together {
                    let record = RecordPlace(records, at: at)
                    let hash = IndexKey.hash(key: UnsafeBufferPointer(rebasing: records[record.key]), seed: seed)
                    let slot = SlotTable.place(hash, of: slots.count)
                    // Read here, so that the slots of all that wait are on their way before the first is looked at.
                    waiting.initializeElement(
                        at: count, to: Waiting(hash: hash, at: at, key: record.key, slot: slot, touched: slots[slot]))
                    count += 1
                    at = record.end
                }
                for index in 0..<count {
                    if let first = place(waiting[index], records, in: slots) {
                        repeats.append(Repeat(first: first, at: UInt32(clamping: waiting[index].at)))
                    }
                }
            }
        }
        return repeats
    }

    /// - Returns: the record that has the key already.
    private static func place(
        _ record: Waiting, _ records: UnsafeBufferPointer<UInt8>, in slots: SlotTable.Slots
    ) -> UInt32? {
        let tag = SlotTable.tag(record.hash)
        var slot = record.slot
        while slots[slot] != 0 {
            if slots[slot] >> 32 == tag {
                var at = Int(slots[slot] & SlotTable.offsetBits)
                let offset = UInt32(truncatingIfNeeded: at)
                let length = Int(RecordPlace.varint(records, &at))
                if length == record.key.count, let base = records.baseAddress,
                    memcmp(base + at, base + record.key.lowerBound, length) == 0
                {
                    return offset
                }
            }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        slots.set(slot, offset: UInt32(clamping: record.at), tag: tag)
        return nil
    }
}
