internal import PatternMatching

/// What a zone file's line depends on from the lines before it.
struct ZoneFileState {
    /// `$ORIGIN`, or the SOA record's owner; lower case, with its trailing dot.
    var origin = ""
    /// The owner of the last record, for lines that begin with a blank.
    var owner = ""
    /// Inside the parentheses of a record that runs over several lines.
    var depth = 0
}

extension ListReader {
    /// A response policy zone (draft-vixie-dnsop-dns-rpz): `d CNAME .` is d alone, `*.d` subdomains alone, `rpz-passthru.` an exception.
    /// A name with an answer of its own is no entry, and a wildcard above it does not hold for it.
    mutating func zoneLine(_ line: ListLine, into sink: inout some ListSink) {
        let beginsBlank = line.first.map(ListLine.isBlank) ?? true
        let text = zoneText(line).trimmed
        guard !text.isEmpty else { return }
        if text.contains(0) { return reject(text, "holds a NUL byte", into: &sink) }
        let wasInside = zone.depth > 0
        zone.depth = max(0, zone.depth + text.bytes.count { $0 == 0x28 } - text.bytes.count { $0 == 0x29 })
        guard !wasInside else { return }

        var position = 0
        var words: [ListLine] = []
        while let word = text.word(&position), words.count < 8 { words.append(word) }
        guard let first = words.first else { return }
        if first.first == 0x24 {
            if first.equals("$origin"), words.count > 1 { zone.origin = ListReader.lowered(words[1]) }
            return
        }
        if !beginsBlank {
            zone.owner = ListReader.lowered(first)
            words.removeFirst()
        }
        zoneRecord(words, of: text, into: &sink)
    }

    private mutating func zoneRecord(_ words: [ListLine], of line: ListLine, into sink: inout some ListSink) {
        var words = words[...]
        while let word = words.first, word.equals("in") || word.bytes.allSatisfy({ (0x30...0x39).contains($0) }) { words.removeFirst() }
        guard let type = words.first else { return reject(line, "not a record", into: &sink) }
        if type.equals("soa") {
            if zone.origin.isEmpty, zone.owner.hasSuffix(".") { zone.origin = zone.owner }
            return
        }
        if type.equals("ns") || type.equals("txt") { return }
        guard let value = words.dropFirst().first else { return reject(line, "not a record", into: &sink) }
        if type.equals("cname") {
            zoneAction(ListReader.lowered(value), of: line, into: &sink)
        } else if type.equals("a") || type.equals("aaaa"), ListReader.isNullAddress(value) {
            takeOwner(isException: false, of: line, into: &sink)
        } else {
            mapOwner("a mapping, not an entry", of: line, into: &sink)
        }
    }

    private mutating func zoneAction(_ target: String, of line: ListLine, into sink: inout some ListSink) {
        switch target {
        case ".", "*.", "rpz-drop.": takeOwner(isException: false, of: line, into: &sink)
        case "rpz-passthru.": takeOwner(isException: true, of: line, into: &sink)
        case "rpz-tcp-only.": mapOwner("rpz-tcp-only blocks nothing", of: line, into: &sink)
        case _ where target.hasPrefix("rpz-"): reject(line, "an action that is not known", into: &sink)
        default: mapOwner("a mapping, not an entry", of: line, into: &sink)
        }
    }

    /// The owner has an answer of its own.
    private mutating func mapOwner(_ reason: String, of line: ListLine, into sink: inout some ListSink) {
        reject(line, reason, into: &sink)
        let owner = bareOwner()
        guard ListReader.reason(against: owner) == nil else { return }
        let isWild = owner.hasPrefix("*.")
        Array((isWild ? owner.dropFirst(2) : owner[...]).utf8).withUnsafeBytes {
            exceptWhereCovered(ListLine($0), isWild ? .subdomains : .exact)
        }
    }

    private mutating func takeOwner(isException: Bool, of line: ListLine, into sink: inout some ListSink) {
        let owner = bareOwner()
        if let reason = ListReader.reason(against: owner) { return reject(line, reason, into: &sink) }
        let isWild = owner.hasPrefix("*.")
        let name = Array((isWild ? owner.dropFirst(2) : owner[...]).utf8)
        name.withUnsafeBytes {
            takeLayered(ListLine($0), isWild ? .subdomains : .exact, isException: isException, of: line, into: &sink)
        }
    }

    /// The record's owner without the zone's origin and without a dot at its end.
    private func bareOwner() -> String {
        var owner = zone.owner
        guard owner.hasSuffix(".") else { return owner }
        let origin = zone.origin.hasPrefix(".") ? zone.origin : "." + zone.origin
        if !zone.origin.isEmpty, zone.origin != ".", owner.hasSuffix(origin) {
            owner.removeLast(origin.utf8.count)
        } else {
            owner.removeLast()
        }
        return owner
    }

    /// Why an owner is no name that entries could be about.
    private static func reason(against owner: String) -> String? {
        if let other = otherTriggers.first(where: { owner.hasSuffix($0.0) }) { return other.1 }
        return owner.isEmpty || owner == "*" || owner == "@" ? "matches every name, or none" : nil
    }

    /// What records answer besides the name asked for, and why that is no entry here.
    private static let otherTriggers = [
        (".rpz-ip", "is about the address a name leads to (rpz-ip): only names are entries"),
        (".rpz-client-ip", "is about who asks (rpz-client-ip): write a client or a group"),
        (".rpz-nsip", "is about a name server's address (rpz-nsip): only names are entries"),
        (".rpz-nsdname", "is about a name server's name (rpz-nsdname): only names are entries"),
    ]

    /// Up to a `;` outside quotes.
    private func zoneText(_ line: ListLine) -> ListLine {
        var isQuoted = false
        for index in 0..<line.count {
            if line.bytes[index] == 0x22 { isQuoted.toggle() }
            if line.bytes[index] == 0x3b, !isQuoted { return line.piece(0, index) }
        }
        return line
    }

    private static func lowered(_ text: ListLine) -> String {
        String(decoding: text.bytes.lazy.map(ListLine.lower), as: UTF8.self)
    }
}
