import PatternMatching

/// What a DNS server answered about one name and one kind of address (RFC 1035, 4.1): the addresses at the end of the name's aliases, and
/// how long that holds.
struct NameReply: Equatable {
    var addresses: [IPAddress] = []
    /// Seconds: the shortest TTL of the addresses and of the aliases before them; without addresses what the zone's SOA says about names
    /// that are not there (RFC 2308, 5), nil where the reply holds none.
    var seconds: Int64?

    /// Addresses of one name that are looked at, and aliases that are followed.
    static let mostAddresses = 64
    static let mostAliases = 16

    /// - Parameters:
    ///   - bytes: the whole reply, its question first. Whether it answers what was asked is the caller's to check.
    ///   - isV4: A records count, else AAAA records.
    /// - Returns: nil for what is no reply.
    init?(_ bytes: UnsafeRawBufferPointer, isV4: Bool) {
        var cursor = Cursor(bytes: bytes)
        guard let counts = cursor.counts(), counts.questions == 1, let question = cursor.name(), cursor.skip(4) else { return nil }
        var answers: [Record] = []
        for _ in 0..<min(counts.answers, 256) {
            guard let record = cursor.record() else { return nil }
            answers.append(record)
        }
        var shortest = Int64.max
        var target = question
        for _ in 0..<Self.mostAliases {
            guard let alias = answers.first(where: { $0.type == .alias && $0.owner == target }) else { break }
            var content = Cursor(bytes: bytes, position: alias.content.lowerBound)
            guard let next = content.name() else { return nil }
            shortest = min(shortest, alias.seconds)
            target = next
        }
        for record in answers where record.type == (isV4 ? .v4 : .v6) && record.owner == target && addresses.count < Self.mostAddresses {
            guard let address = Self.address(bytes, record) else { return nil }
            shortest = min(shortest, record.seconds)
            if !addresses.contains(address) { addresses.append(address) }
        }
        seconds = addresses.isEmpty ? cursor.negative(records: counts.authorities) : shortest
    }

    private static func address(_ bytes: UnsafeRawBufferPointer, _ record: Record) -> IPAddress? {
        let content = bytes[record.content]
        guard content.count == (record.type == .v4 ? 4 : 16) else { return nil }
        if record.type == .v4 { return IPAddress(v4: content.reduce(0) { $0 << 8 | UInt32($1) }) }
        return IPAddress(
            high: content.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, low: content.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension NameReply {
    private enum RecordType: UInt16 {
        case v4 = 1
        case alias = 5
        case authority = 6
        case v6 = 28
    }

    private struct Record {
        /// In lower case, a length before each label.
        var owner: [UInt8]
        /// nil for every other type and class.
        var type: RecordType?
        var seconds: Int64
        var content: Range<Int>
    }

    private struct Cursor {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        mutating func number(_ count: Int) -> UInt32? {
            guard count <= bytes.count - position else { return nil }
            defer { position += count }
            return bytes[position..<(position + count)].reduce(0) { $0 << 8 | UInt32($1) }
        }

        mutating func skip(_ count: Int) -> Bool { number(count) != nil || count == 0 }

        mutating func counts() -> (questions: UInt32, answers: UInt32, authorities: UInt32)? {
            guard skip(4), let questions = number(2), let answers = number(2), let authorities = number(2), skip(2) else { return nil }
            return (questions, answers, authorities)
        }

        /// A name, compressed or not (RFC 1035, 4.1.4). Pointers lead back only, so that none leads in circles.
        mutating func name() -> [UInt8]? {
            var name: [UInt8] = []
            var at = position
            var earliest = position
            var end: Int?
            while at < bytes.count, name.count <= 255 {
                let length = Int(bytes[at])
                if length == 0 {
                    position = end ?? at + 1
                    return name
                }
                if length & 0xc0 == 0xc0 {
                    guard at + 1 < bytes.count else { return nil }
                    let target = (length & 0x3f) << 8 | Int(bytes[at + 1])
                    guard target < earliest else { return nil }
                    end = end ?? at + 2
                    earliest = target
                    at = target
                    continue
                }
                guard length < 64, at + length < bytes.count else { return nil }
                name.append(UInt8(length))
                for byte in bytes[(at + 1)...(at + length)] { name.append((0x41...0x5a).contains(byte) ? byte | 0x20 : byte) }
                at += length + 1
            }
            return nil
        }

        mutating func record() -> Record? {
            guard let owner = name(), let type = number(2), let kind = number(2), let time = number(4), let length = number(2) else {
                return nil
            }
            let start = position
            guard Int(length) <= bytes.count - start else { return nil }
            position = start + Int(length)
            // RFC 2181, 8: with the highest bit set it is 0.
            let seconds = time < 1 << 31 ? Int64(time) : 0
            let known = kind == 1 ? UInt16(exactly: type).flatMap(RecordType.init) : nil
            return Record(owner: owner, type: known, seconds: seconds, content: start..<position)
        }

        /// RFC 2308, 5: the lesser of the SOA's TTL and its MINIMUM.
        mutating func negative(records: UInt32) -> Int64? {
            for _ in 0..<min(records, 64) {
                guard let record = record() else { return nil }
                guard record.type == .authority else { continue }
                var content = Cursor(bytes: bytes, position: record.content.lowerBound)
                guard content.name() != nil, content.name() != nil, content.skip(4), content.skip(4), content.skip(4), content.skip(4),
                    let least = content.number(4), content.position <= record.content.upperBound
                else { return nil }
                return min(record.seconds, least < 1 << 31 ? Int64(least) : 0)
            }
            return nil
        }
    }
}
