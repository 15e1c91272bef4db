internal import PatternMatching
public import PolicyCore

/// Tells what a file is from its first bytes.
public enum ListDetection {
    /// How many bytes to look at; more than this is not read.
    public static let headBytes = 65_536

    /// Why a file cannot be a list at all.
    public enum Refusal: String, Error, Sendable, Hashable {
        case html = "a web page, not a list"
        case utf16 = "UTF-16 text: save it as UTF-8"
        case binary = "not text"
    }

    /// Throws where the bytes are no text list.
    public static func check(_ head: UnsafeRawBufferPointer) throws(Refusal) {
        let head = ListLine(UnsafeRawBufferPointer(rebasing: head.prefix(headBytes)))
        if head.hasPrefix("\u{feff}") { return try checkText(head.dropFirst(3)) }
        if head.count >= 2 {
            let mark = (head.bytes[0], head.bytes[1])
            if mark == (0xff, 0xfe) || mark == (0xfe, 0xff) { throw .utf16 }
        }
        try checkText(head)
    }

    private static func checkText(_ head: ListLine) throws(Refusal) {
        let text = ListLine(head.bytes.drop { ListLine.isBlank($0) || $0 == 0x0a }.rebased)
        for mark: StaticString in ["<!doctype", "<html", "<head", "<body", "<?xml", "<script"] {
            if text.piece(0, mark.utf8CodeUnitCount).equals(mark) { throw .html }
        }
        let zeros = head.bytes.prefix(4096).count { $0 == 0 }
        if zeros > head.bytes.prefix(4096).count / 4 { throw .utf16 }
        let controls = head.bytes.prefix(4096).count { $0 < 0x09 || (0x0e...0x1f).contains($0) }
        if controls > head.bytes.prefix(4096).count / 16 { throw .binary }
    }

    /// The syntax most of the first lines are written in; plain names where nothing tells.
    /// - Parameters:
    ///   - name: the file's name or URL: `urls`, `expressions` and `domains` tell.
    ///   - match: what a bare name means should the file be plain names.
    public static func syntax(of head: UnsafeRawBufferPointer, name: String, match: ListDeclaration.Match) -> ListSyntax {
        let file = name.split(separator: "/").last.map(String.init) ?? name
        if let part = ListSyntax(memberPart: file) { return part == .memberDomains && match == .exact ? .exactDomains : part }
        var votes: [ListSyntax: Int] = [:]
        for line in ListLine(UnsafeRawBufferPointer(rebasing: head.prefix(headBytes))).split(0x0a).prefix(600) {
            if let (syntax, weight) = vote(line) { votes[syntax, default: 0] += weight }
        }
        let plain: ListSyntax = match == .exact ? .exactDomains : .domains
        guard let best = votes.max(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }), best.value > 0 else { return plain }
        return best.key == .domains ? plain : best.key
    }

    /// What one line speaks for; decisive marks weigh more than a line that could be anything.
    private static func vote(_ raw: ListLine) -> (ListSyntax, Int)? {
        let line = (raw.hasPrefix("\u{feff}") ? raw.dropFirst(3) : raw).trimmed
        guard let first = line.first else { return nil }
        if first == 0x5b, line.piece(0, 8).equals("[adblock") { return (.adblock, 1000) }
        if first == 0x23 { return line.hasPrefix("#listcategory:") ? (.e2guardian, 1000) : cosmetic(line) }
        if line.hasPrefix(".Include<") { return (.e2guardian, 1000) }
        if line.hasPrefix("$TTL") || line.hasPrefix("$ORIGIN") { return (.rpz, 1000) }
        if first == 0x7b, line.last == 0x7d { return (.privoxy, line.hasPrefix("{+block") || line.hasPrefix("{{") ? 1000 : 3) }
        if line.hasPrefix("||") || line.hasPrefix("@@") { return (.adblock, 3) }
        if first == 0x21 { return (.adblock, 1) }
        for key: StaticString in ["address=/", "server=/", "local=/", "address = /", "server = /"] where line.hasPrefix(key) {
            return (.dnsmasq, 3)
        }
        if line.hasPrefix("local-zone:") { return (.unbound, 3) }
        return voteOnWords(line)
    }

    private static func cosmetic(_ line: ListLine) -> (ListSyntax, Int)? {
        line.hasPrefix("##.") || line.hasPrefix("###") && line.count < 40 && !line.contains(0x20) ? (.adblock, 1) : nil
    }

    private static func voteOnWords(_ line: ListLine) -> (ListSyntax, Int)? {
        var position = 0
        guard let first = line.word(&position) else { return nil }
        guard let second = line.word(&position), second.first != 0x23 else {
            if first.hasPrefix("*.") { return (.wildcard, 2) }
            if first.first == 0x2e, first.dropFirst(1).host != nil { return (.dstdomain, 2) }
            if first.contains(0x2f), first.piece(0, first.index(of: 0x2f) ?? 0).host != nil { return (.memberURLs, 1) }
            return first.host == nil ? nil : (.domains, 1)
        }
        if ListReader.isNullAddress(first) { return (.hosts, 3) }
        if case .address(_)? = first.host, second.host != nil { return (.hosts, 1) }
        while let word = line.word(&position) {
            if word.equals("cname") || word.equals("soa") { return (.rpz, 3) }
        }
        return second.equals("cname") || second.equals("soa") ? (.rpz, 3) : nil
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var rebased: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self) }
}
