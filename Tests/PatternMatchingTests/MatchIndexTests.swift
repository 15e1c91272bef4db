import Testing

@testable import PatternMatching

/// One source with these entries, on lines from 1.
func index(_ entries: [(EntryKind, String)], exceptions: [(EntryKind, String)] = []) throws -> MatchIndex {
    var builder = MatchIndexBuilder()
    let source = builder.source(named: "list")
    for (line, entry) in entries.enumerated() {
        try builder.add(ListEntry(kind: entry.0, text: entry.1, line: line + 1), to: source)
    }
    for (line, entry) in exceptions.enumerated() {
        try builder.add(ListEntry(kind: entry.0, text: entry.1, isException: true, line: entries.count + line + 1), to: source)
    }
    return try MatchIndex(bytes: builder.finish())
}

extension MatchIndex {
    /// The sources matching, by number.
    func matches(_ text: String, sent: Bool = false) throws -> [Int] {
        var set = SourceSet()
        var budget = MatchBudget()
        match(try RequestURL(text), sent: sent, into: &set, budget: &budget)
        #expect(!budget.failed)
        return set.members.map(\.index)
    }
}

@Suite struct MatchIndexTests {
    @Test(arguments: [
        // sites: the host and every subdomain, at label boundaries
        (EntryKind.site, "example.com", "https://example.com/", true),
        (.site, "example.com", "https://a.b.c.example.com/x", true),
        (.site, "example.com", "https://notexample.com/", false),
        (.site, "example.com", "https://example.com.wiki.test/", false),
        (.site, "Example.COM.", "https://www.example.com/", true),
        (.site, "bücher.test", "http://xn--bcher-kva.test/", true),
        (.site, "example", "https://anything.example/", true),
        (.site, "example", "https://example/", true),
        (.site, "example", "https://example.test/", false),
        (.site, "=exact.test", "https://exact.test/", true),
        (.site, "=exact.test", "https://www.exact.test/", false),
        (.exact, "exact.test", "https://exact.test/", true),
        (.exact, "exact.test", "https://www.exact.test/", false),
        (.site, "*.below.test", "https://x.y.below.test/", true),
        (.site, "*.below.test", "https://below.test/", false),
        (.subdomains, "below.test", "https://x.below.test/", true),
        (.subdomains, "below.test", "https://below.test/", false),
        (.subdomains, "*.below.test", "https://xbelow.test/", false),
        // addresses
        (.site, "192.0.2.7", "http://0xC0000207/", true),
        (.site, "192.0.2.7", "http://192.0.2.70/", false),
        (.site, "0300.0.2.7", "http://192.0.2.7/", true),
        (.exact, "2001:db8::7", "http://[2001:DB8:0::7]:81/", true),
        (.site, "[2001:db8::7]", "http://[2001:DB8:0::7]/", true),
        (.site, "198.51.100.0/24", "http://198.51.100.255/", true),
        (.site, "198.51.100.0/24", "http://198.51.101.0/", false),
        (.prefix, "198.51.100.9/24", "http://198.51.100.1/", true),
        (.prefix, "198.51.100.9", "http://198.51.100.9/", true),
        (.prefix, "198.51.100.9/32", "http://198.51.100.8/", false),
        (.prefix, "2001:db8:ff::/48", "http://[2001:db8:ff:1::1]/", true),
        (.prefix, "::/0", "http://1.2.3.4/", false),
        (.prefix, "0.0.0.0/0", "http://1.2.3.4/", true),
        (.prefix, "0.0.0.0/0", "http://one.test/", false),
        (.site, "198.51.100.0/24", "http://198-51-100-1.test/", false),
        // urls
        (.url, "school.test/a/b", "https://school.test/a/b", true),
        (.url, "school.test/a/b", "https://www.school.test/a/b/c", true),
        (.url, "school.test/a/b", "https://school.test/a/b?c", true),
        (.url, "school.test/a/b", "https://school.test/a/b;v=2", true),
        (.url, "school.test/a/b", "https://school.test/a/b&c", true),
        (.url, "school.test/a/b", "https://school.test/a/b=c", true),
        (.url, "school.test/a/b", "https://school.test/a/bc", false),
        (.url, "school.test/a/b", "https://school.test/a/b.html", false),
        (.url, "school.test/a/b", "https://school.test/x/a/b", false),
        (.url, "school.test/a/b", "https://preschool.test/a/b", false),
        (.url, "school.test/a/b", "https://school.test/a/", false),
        (.url, "school.test/a/b", "https://school.test/x/../a//b", true),
        (.url, "school.test/a/b", "https://school.test/A/B", false),
        (.urlCaseless, "school.test/A/b", "https://school.test/a/B", true),
        (.urlCaseless, "school.test/a%c3%b1", "https://school.test/añ", true),
        (.urlCaseless, "school.test/a/b", "https://school.test/a/bc", false),
        (.url, "slash.test/dir/", "https://slash.test/dir", true),
        (.url, "slash.test/dir/", "https://slash.test/directory", false),
        (.url, "slash.test/dir/", "https://slash.test/dir/x", true),
        (.url, "x.test/?q=", "https://x.test/?q=anything", true),
        (.url, "x.test/a?", "https://x.test/a?b", true),
        (.url, "x.test?q=1", "https://x.test/?q=1&r", true),
        (.url, "x.test/?q=1", "https://x.test/?q=12", false),
        (.url, "whole.test/", "https://a.whole.test/any", true),
        (.url, "whole.test", "https://whole.test/", true),
        (.url, "port.test:8443/x", "https://port.test:8443/x/y", true),
        (.url, "port.test:8443/x", "https://port.test/x/y", false),
        (.url, "port.test:443/x", "https://port.test/x/y", true),
        (.url, "port.test/x", "https://port.test:81/x/y", true),
        (.url, "192.0.2.7/x", "http://192.519/x", true),
        (.url, "SCHOOL.test/%61#frag", "https://school.test/a", true),
        (.url, "[2001:db8::7]:81/x", "http://[2001:db8::7]:81/x", true),
        // expressions
        (.expression, #"\bcasino\d*\b"#, "https://casino77.test/", true),
        (.expression, #"\bcasino\d*\b"#, "https://casinos.test/", false),
        (.expression, #"\bcasino\d*\b"#, "https://x.test/?q=my+CASINO7", true),
        (.expression, "(?-i)CaSe", "https://x.test/CaSe/", true),
        (.expression, "(?-i)CaSe", "https://x.test/case/", false),
        (.expression, "^https://", "https://x.test/", true),
        (.expressionHostPath, "^x.test/path$", "https://X.test/PATH", true),
        (.expressionHostPath, "https", "https://x.test/", false),
        (.expressionHostPath, "^x.test:81/", "https://x.test:81/", true),
    ])
    func entry(kind: EntryKind, text: String, url: String, isMatch: Bool) throws {
        let index = try index([(kind, text)])
        #expect(try index.matches(url) == (isMatch ? [0] : []))
        #expect(
            try index.evidence(RequestURL(url), sent: false, source: SourceID(index: 0))
                == (isMatch ? MatchEvidence(entry: text, line: 1, kind: index.kind(of: kind, text)) : nil))
    }

    @Test(arguments: [
        (EntryKind.site, "a b", EntryError.badHost), (.site, "", .badHost), (.site, "example.com/a", .badAddress),
        (.site, "10.0.0.0/40", .badAddress),
        (.site, "http://example.com", .badAddress), (.site, "example.com:80", .badHost), (.site, "a..b", .badHost),
        (.site, "1.2.3.256", .badHost),
        (.site, "ads*.example.com", .badHost), (.site, "*", .badHost), (.site, "*.*.com", .badHost), (.exact, "*.example.com", .badHost),
        (.url, "=example.com/a", .badHost), (.url, "*.example.com/a", .badHost), (.site, "||example.com^", .badHost),
        (.site, "a=b.com", .badHost),
        (.subdomains, "10.0.0.1", .badHost), (.prefix, "example.com", .badAddress), (.exact, "a/b", .badHost),
        (.url, "http://example.com/a", .badPort), (.url, "/a", .badHost), (.url, "", .badHost), (.url, "u@example.com/", .badHost),
        (.url, "example.com:0/a", .badPort), (.url, "example.com:x/a", .badPort), (.url, "example.com:+1/a", .badPort),
        (.url, "example.com/a b", .badPath), (.url, "example.com/a\\b", .badPath), (.url, "example.com/a\u{1}", .badPath),
        (.expression, "(", .badExpression(message: "missing closing parenthesis", offset: 1)),
        (.expression, "a(b", .badExpression(message: "missing closing parenthesis", offset: 3)),
        (.expression, String(repeating: "a", count: 4097), .expressionTooLong),
    ])
    func refused(kind: EntryKind, text: String, expected: EntryError) {
        #expect(throws: expected) { try ListEntry(kind: kind, text: text, line: 1).validate() }
    }

    @Test(arguments: ["(*UTF)a", "(*UCP)a", #"a\C"#, "*", "[b-a]"])
    func expressionRefused(text: String) {
        #expect(throws: EntryError.self) { try ListEntry(kind: .expression, text: text, line: 1).validate() }
    }

    @Test func severalSources() throws {
        var builder = MatchIndexBuilder()
        let sources = (0..<200).map { builder.source(named: "s\($0)") }
        for source in sources where source.index % 3 == 0 {
            try builder.add(ListEntry(kind: .site, text: "many.test", line: 7), to: source)
        }
        try builder.add(ListEntry(kind: .exact, text: "a.many.test", line: 8), to: sources[1])
        try builder.add(ListEntry(kind: .url, text: "many.test/x", line: 9), to: sources[199])
        let index = try MatchIndex(bytes: builder.finish())
        #expect(index.sources.count == 200)
        #expect(index.sources[199] == "s199")
        #expect(index.entryCounts[0] == 1)
        #expect(index.entryCounts[2] == 0)
        #expect(try index.matches("http://a.many.test/") == (0..<200).filter { $0 % 3 == 0 || $0 == 1 })
        #expect(try index.matches("http://many.test/x") == (0..<200).filter { $0 % 3 == 0 || $0 == 199 })
        #expect(
            try index.evidence(RequestURL("http://many.test/x"), sent: false, source: sources[198])
                == MatchEvidence(entry: "many.test", line: 7, kind: .site))
        #expect(try index.evidence(RequestURL("http://many.test/x"), sent: false, source: sources[2]) == nil)
    }

    @Test func exceptions() throws {
        let index = try index(
            [(.site, "shop.test"), (.expression, "casino")],
            exceptions: [(.site, "books.shop.test"), (.url, "shop.test/school"), (.expression, "casino-royal")])
        #expect(try index.matches("http://www.shop.test/") == [0])
        #expect(try index.matches("http://x.books.shop.test/") == [])
        #expect(try index.matches("http://shop.test/school/pens") == [])
        #expect(try index.matches("http://x.test/casino") == [0])
        #expect(try index.matches("http://x.test/casino-royal") == [])
        let url = try RequestURL("http://shop.test/school/pens")
        #expect(index.evidence(url, sent: false, source: SourceID(index: 0)) == nil)
    }

    /// What tightens looks at both forms, what loosens at the canonical one alone.
    @Test func asSent() throws {
        let index = try index(
            [(.url, "school.test/a/b"), (.expression, "casino")], exceptions: [(.url, "school.test/free"), (.expression, "/quiet")])
        let sly = "http://school.test/a/b/../../c"
        #expect(try index.matches(sly) == [])
        #expect(try index.matches(sly, sent: true) == [0])
        #expect(try index.evidence(RequestURL(sly), sent: true, source: SourceID(index: 0))?.entry == "school.test/a/b")
        #expect(try index.matches("http://school.test/a/b/../../free", sent: true) == [])
        #expect(try index.matches("http://school.test/free/../a/b", sent: true) == [])
        #expect(try index.matches("http://school.test/free/../a/b") == [0])
        #expect(try index.matches("http://x.test/casino/../x", sent: true) == [0])
        #expect(try index.matches("http://x.test/casino/../quiet", sent: true) == [])
        #expect(try index.matches("http://x.test/quiet/../casino") == [0])
        #expect(try index.matches("http://x.test/casino", sent: true) == [0])
    }

    /// Exceptions tighten what loosens: for that they are looked for as sent too.
    @Test(arguments: [
        ("http://school.test/free/../a/b", true), ("http://school.test/a/b", false), ("http://x.test/quiet/../casino", true),
        ("http://x.test/%71uiet", false), ("http://books.test/../a", false),
    ]) func exceptionsAsSent(_ url: String, _ isExcepted: Bool) throws {
        let index = try index(
            [(.url, "school.test/a/b"), (.expression, "casino")],
            exceptions: [(.url, "school.test/free"), (.expression, "/quiet"), (.site, "shop.test")])
        var set = SourceSet()
        var budget = MatchBudget()
        index.exceptions(asSentIn: try RequestURL(url), into: &set, budget: &budget)
        #expect(set.contains(SourceID(index: 0)) == isExcepted && !budget.failed)
    }

    @Test func tunnels() throws {
        let index = try index([(.url, "mail.test/admin")], exceptions: [])
        var set = SourceSet()
        var budget = MatchBudget()
        index.match(try RequestURL(connect: "mail.test:443".utf8), sent: false, into: &set, budget: &budget)
        #expect(set.isEmpty)
    }

    @Test func firstLine() throws {
        let index = try index([(.expression, "a.test"), (.site, "test"), (.site, "a.test"), (.url, "a.test/x")])
        #expect(try index.evidence(RequestURL("http://a.test/x"), sent: false, source: SourceID(index: 0))?.line == 1)
        #expect(
            try index.evidence(RequestURL("http://b.test/x"), sent: false, source: SourceID(index: 0))
                == MatchEvidence(entry: "test", line: 2, kind: .site))
    }

    @Test func nothing() throws {
        let empty = try MatchIndex(bytes: MatchIndexBuilder().finish())
        #expect(empty.sources.isEmpty)
        #expect(try empty.matches("http://a.test/") == [])
        #expect(try empty.matches("http://[::1]/") == [])
    }

    @Test func repeatedEntriesCountOnce() throws {
        let index = try index([(.site, "a.test"), (.site, "A.test"), (.site, "=a.test"), (.site, "a.test")])
        #expect(index.entryCounts == [3])
    }
}

extension MatchIndex {
    /// What `sites:` makes of a text.
    fileprivate func kind(of kind: EntryKind, _ text: String) -> EntryKind {
        guard kind == .site else { return kind }
        return text.hasPrefix("=") ? .exact : text.hasPrefix("*.") ? .subdomains : text.contains("/") ? .prefix : .site
    }
}
