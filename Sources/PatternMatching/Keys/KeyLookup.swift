/// One URL's paths looked up in an index.
struct KeyLookup {
    let index: MatchIndex
    let url: RequestURL
    let lookedAt: LookedAt

    /// What a host's record says of its URL entries.
    struct Group {
        var header: PostingHeader
        var number: UInt32
        /// Of its paths, in bytes.
        var longest: Int
    }

    func walkPaths(of group: Group, _ place: EntryPlace, _ visitor: inout some EntryVisitor) {
        switch lookedAt {
        case .exceptionsAsSent: walk(url.sent ?? url.bytes, .exceptions, group, place, &visitor)
        case .sent where url.sent != nil:
            walk(url.sent ?? url.bytes, .entries, group, place, &visitor)
            walk(url.bytes, .exceptions, group, place, &visitor)
        case .canonical, .sent: walk(url.bytes, .both, group, place, &visitor)
        }
    }

    /// One pass from left to right gives the hash of every beginning of the path; each that ends at a boundary is one probe.
    private func walk(_ bytes: [UInt8], _ polarity: Polarity, _ group: Group, _ place: EntryPlace, _ visitor: inout some EntryVisitor) {
        bytes.withUnsafeBufferPointer { bytes in
            let path = UnsafeBufferPointer(rebasing: bytes[min(url.pathStart, bytes.count)...])
            var cased = RollingHash(seed: index.seed, space: .path, group: group.number)
            var caseless = RollingHash(seed: index.seed, space: .pathCaseless, group: group.number)
            var length = 0
            let most = min(path.count, group.longest)
            while true {
                if KeyLookup.isBoundary(path, length) {
                    if group.header.hasCased { probe(path, length, cased.value, false, polarity, group, place, &visitor) }
                    if group.header.hasCaseless { probe(path, length, caseless.value, true, polarity, group, place, &visitor) }
                }
                guard length < most else { break }
                cased.feed(path[length])
                caseless.feed(lowercased(path[length]))
                length &+= 1
            }
        }
    }

    /// Whether a path of this length may end here: at the end, before or after one of `/ ? & = ;`.
    private static func isBoundary(_ path: UnsafeBufferPointer<UInt8>, _ length: Int) -> Bool {
        length >= path.count || isSeparator(path[length]) || (length > 0 && isSeparator(path[length &- 1]))
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: "="), UInt8(ascii: ";"): true
        default: false
        }
    }

    private func probe(
        _ path: UnsafeBufferPointer<UInt8>, _ length: Int, _ hash: UInt64, _ isCaseless: Bool, _ polarity: Polarity, _ group: Group,
        _ place: EntryPlace, _ visitor: inout some EntryVisitor
    ) {
        let mark = isCaseless ? IndexKey.pathCaselessMark : IndexKey.pathMark
        let found = index.find(index.probe(hash)) { section, offset, count in
            guard count == length &+ IndexKey.pathOffset, section.byte(offset) == mark else { return false }
            for byte in 0..<4 where section.byte(offset &+ 1 &+ byte) != UInt8(truncatingIfNeeded: group.number >> UInt32(8 * byte)) {
                return false
            }
            for byte in 0..<length {
                let expected = isCaseless ? lowercased(path[byte]) : path[byte]
                guard section.byte(offset &+ IndexKey.pathOffset &+ byte) == expected else { return false }
            }
            return true
        }
        guard var record = found else { return }
        var place = place
        place.path = length
        repeat {
            let header = PostingHeader(bits: record.byte())
            let posting = Posting(header: header, cursor: &record)
            if posting.port == 0 || posting.port == url.port, polarity.takes(isException: header.isException) {
                visitor.visit(posting, place)
            }
            if header.isLast { break }
        } while !record.isAtEnd
    }
}
