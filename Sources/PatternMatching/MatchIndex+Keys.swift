extension MatchIndex {
    /// Visits every entry for hosts, address blocks and paths that matches.
    func walkKeys(_ url: RequestURL, sent: Bool, visitor: inout some EntryVisitor) {
        guard slots.count > 8 else { return }
        let lookup = KeyLookup(index: self, url: url, sent: sent)
        url.bytes.withUnsafeBufferPointer { bytes in
            let host = url.hostRange
            guard let address = url.address else { return walkSuffixes(bytes, host, lookup, &visitor) }
            var hash = RollingHash(seed: seed, space: .host)
            for place in host.reversed() { hash.feed(bytes[place]) }
            if let record = find(host: UnsafeBufferPointer(rebasing: bytes[host]), hash.value) {
                visitHost(record, EntryPlace(host: host), isWhole: true, lookup, &visitor)
            }
            walkPrefixes(address, host, &visitor)
        }
    }

    /// One pass from right to left gives the hash of every parent; each is one probe.
    private func walkSuffixes(
        _ bytes: UnsafeBufferPointer<UInt8>, _ host: Range<Int>, _ lookup: KeyLookup, _ visitor: inout some EntryVisitor
    ) {
        var hash = RollingHash(seed: seed, space: .host)
        var place = host.upperBound
        while place > host.lowerBound {
            place &-= 1
            hash.feed(bytes[place])
            let isWhole = place == host.lowerBound
            guard isWhole || bytes[place &- 1] == UInt8(ascii: ".") else { continue }
            let suffix = place..<host.upperBound
            guard let record = find(host: UnsafeBufferPointer(rebasing: bytes[suffix]), hash.value) else { continue }
            visitHost(record, EntryPlace(host: suffix), isWhole: isWhole, lookup, &visitor)
        }
    }

    private func walkPrefixes(_ address: IPAddress, _ host: Range<Int>, _ visitor: inout some EntryVisitor) {
        for place in 0..<prefixLengths.count {
            let length = Int(prefixLengths.byte(place))
            guard let prefix = IPPrefix(address: address, length: length), prefix.contains(address) else { continue }
            let key = IndexKey.prefix(prefix)
            guard
                var record = find(
                    IndexKey.hash(prefix: key, seed: seed),
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
        _ found: RecordCursor, _ place: EntryPlace, isWhole: Bool, _ lookup: KeyLookup, _ visitor: inout some EntryVisitor
    ) {
        var record = found
        repeat {
            let header = PostingHeader(bits: record.byte())
            if header.isGroup {
                let group = KeyLookup.Group(header: header, number: record.varint(), longest: Int(record.varint()))
                lookup.walkPaths(of: group, place, &visitor)
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

    private func find(host: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> RecordCursor? {
        find(hash) { section, offset, count in
            guard count == host.count else { return false }
            var index = 0
            while index < count {
                if section.byte(offset &+ index) != host[index] { return false }
                index &+= 1
            }
            return true
        }
    }

    /// The record of a key, at its first posting.
    /// - Parameter isKey: whether the bytes at an offset of the records, so many, are the key.
    @inline(__always)
    func find(_ hash: UInt64, _ isKey: (ImageSection, Int, Int) -> Bool) -> RecordCursor? {
        let count = slots.count >> 3
        guard count > 0 else { return nil }
        var slot = Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
        let tag = hash & 0xffff_ffff
        for _ in 0..<count {
            let entry = slots.long(slot)
            let offset = Int(truncatingIfNeeded: entry & 0xffff_ffff)
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
        }
        return nil
    }
}
