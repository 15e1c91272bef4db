internal import Glibc

extension MatchIndex {
    /// Visits every entry for hosts, address blocks and paths that matches.
    func walkKeys(_ url: RequestURL, _ lookedAt: LookedAt, visitor: inout some EntryVisitor) {
        guard slotCount > 0 else { return }
        let host = url.hostRange
        url.bytes.withUnsafeBufferPointer { bytes in
            guard host.upperBound <= bytes.count else { return }
            guard let address = url.address else { return walkSuffixes(bytes, host, url, lookedAt, &visitor) }
            var hash = RollingHash(seed: seed, space: .host)
            for place in host.reversed() { hash.feed(bytes[place]) }
            if let record = find(host: UnsafeBufferPointer(rebasing: bytes[host]), probe(hash.value)) {
                visitHost(record, EntryPlace(host: host), isWhole: true, url, lookedAt, &visitor)
            }
            walkPrefixes(address, host, &visitor)
        }
    }

    /// Where the record of a key is looked for first, and what is there.
    struct Probe {
        var hash: UInt64
        var slot: Int
        var entry: UInt64
        /// Where in the URL the key begins.
        var start = 0
    }

    @inline(__always)
    func probe(_ hash: UInt64) -> Probe {
        let slot = SlotTable.place(hash, of: slotCount)
        return Probe(hash: hash, slot: slot, entry: slots.slot(slot))
    }

    /// How many parents are asked for at once.
    private static let together = 8

    /// One pass from right to left gives the hash of every parent; each is one probe. Their slots are read before any is looked at, so that
    /// the waits for memory pass side by side.
    private func walkSuffixes(
        _ bytes: UnsafeBufferPointer<UInt8>, _ host: Range<Int>, _ url: RequestURL, _ lookedAt: LookedAt, _ visitor: inout some EntryVisitor
    ) {
        var hash = RollingHash(seed: seed, space: .host)
        var place = host.upperBound
        withUnsafeTemporaryAllocation(of: Probe.self, capacity: MatchIndex.together) { probes in
            while place > host.lowerBound {
                var count = 0
                while place > host.lowerBound, count < MatchIndex.together {
                    place &-= 1
                    hash.feed(bytes[place])
                    guard place == host.lowerBound || bytes[place &- 1] == UInt8(ascii: ".") else { continue }
                    var next = probe(hash.value)
                    next.start = place
                    probes.initializeElement(at: count, to: next)
                    count &+= 1
                }
                for index in 0..<count {
                    let next = probes[index]
                    if next.entry == 0 { continue }
                    let suffix = next.start..<host.upperBound
                    guard let record = find(host: UnsafeBufferPointer(rebasing: bytes[suffix]), next) else { continue }
                    visitHost(record, EntryPlace(host: suffix), isWhole: next.start == host.lowerBound, url, lookedAt, &visitor)
                }
            }
        }
    }

    private func walkPrefixes(_ address: IPAddress, _ host: Range<Int>, _ visitor: inout some EntryVisitor) {
        for place in 0..<prefixLengths.count {
            let length = Int(prefixLengths.byte(place))
            guard let prefix = IPPrefix(address: address, length: length), prefix.contains(address) else { continue }
            let key = IndexKey.prefix(prefix)
            guard
                var record = find(
                    probe(IndexKey.hash(prefix: key, seed: seed)),
                    { section, offset, count in count == key.count && section.slice(offset, count).elementsEqual(key) })
            else { continue }
            repeat {
                let header = PostingHeader(bits: record.byte())
                visitor.visit(Posting(header: header, cursor: &record), EntryPlace(host: host, prefix: length))
                if header.isLast { break }
            } while !record.isAtEnd
        }
    }

    private func visitHost(
        _ found: RecordCursor, _ place: EntryPlace, isWhole: Bool, _ url: RequestURL, _ lookedAt: LookedAt,
        _ visitor: inout some EntryVisitor
    ) {
        var record = found
        repeat {
            let header = PostingHeader(bits: record.byte())
            if header.isGroup {
                let group = KeyLookup.Group(header: header, number: record.varint(), longest: Int(record.varint()))
                KeyLookup(index: self, url: url, lookedAt: lookedAt).walkPaths(of: group, place, &visitor)
            } else {
                let posting = Posting(header: header, cursor: &record)
                switch header.kind {
                case .site: visitor.visit(posting, place)
                case .exact, .prefix: if isWhole { visitor.visit(posting, place) }
                case .subdomains: if !isWhole { visitor.visit(posting, place) }
                case .url, .urlCaseless, .expression, .expressionHostPath: break
                }
            }
            if header.isLast { break }
        } while !record.isAtEnd
    }

    @inline(__always)
    private func find(host: UnsafeBufferPointer<UInt8>, _ first: Probe) -> RecordCursor? {
        find(first) { section, offset, count in
            guard count == host.count, offset >= 0, offset <= section.count &- count else { return false }
            guard let known = section.bytes.baseAddress, let asked = host.baseAddress else { return count == 0 }
            return memcmp(known + offset, asked, count) == 0
        }
    }

    /// The record of a key, at its first posting.
    /// - Parameter isKey: whether the bytes at an offset of the records, so many, are the key.
    @inline(__always)
    func find(_ first: Probe, _ isKey: (ImageSection, Int, Int) -> Bool) -> RecordCursor? {
        let count = slotCount
        var (slot, entry) = (first.slot, first.entry)
        let tag = SlotTable.tag(first.hash)
        for _ in 0..<count {
            let offset = Int(truncatingIfNeeded: entry & SlotTable.offsetBits)
            if offset == 0 { return nil }
            if entry >> 32 == tag {
                var cursor = RecordCursor(section: records, at: offset)
                let length = Int(cursor.varint())
                if isKey(records, cursor.at, length) {
                    cursor.at &+= length
                    return cursor
                }
            }
            slot = slot &+ 1 == count ? 0 : slot &+ 1
            entry = slots.slot(slot)
        }
        return nil
    }
}
