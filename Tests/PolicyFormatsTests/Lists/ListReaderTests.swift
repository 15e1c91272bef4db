import PatternMatching
import Testing

@testable import PolicyFormats

/// Keeps everything a reader finds, entries written as `[-]kind text @line`.
struct CollectingSink: ListSink {
    var entries: [String] = []
    var rejected: [String] = []

    mutating func take(_ entry: ListEntry) { entries.append("\(entry.isException ? "-" : "")\(entry.kind) \(entry.text) @\(entry.line)") }

    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) { rejected.append("\(line): \(reason)") }

    static func read(_ text: String, _ syntax: ListSyntax) -> CollectingSink { read(Array(text.utf8), syntax) }

    /// - Parameter piece: bytes given at a time.
    static func read(_ bytes: [UInt8], _ syntax: ListSyntax, piece: Int = .max) -> CollectingSink {
        var sink = CollectingSink()
        var reader = ListReader(syntax: syntax)
        var start = 0
        while start < bytes.count {
            let end = piece == .max ? bytes.count : min(bytes.count, start + piece)
            bytes[start..<end].withUnsafeBytes { reader.read($0, into: &sink) }
            start = end
        }
        reader.finish(into: &sink)
        return sink
    }
}

/// A line of a list and what it is: entries without their line, or nothing and perhaps a reason.
struct LineCase: CustomTestStringConvertible {
    var syntax: ListSyntax
    var line: String
    var entries: [String]
    var isRejected: Bool

    init(_ syntax: ListSyntax, _ line: String, _ entries: String..., rejected: Bool = false) {
        (self.syntax, self.line, self.entries, isRejected) = (syntax, line, entries, rejected)
    }

    var testDescription: String { "\(syntax.rawValue): \(line)" }
}

@Suite struct ListReaderTests {
    static let lines: [LineCase] = [
        LineCase(.domains, "example.com", "site example.com"),
        LineCase(.domains, "  Example.COM.  ", "site example.com"),
        LineCase(.domains, "example.com # why", "site example.com"),
        LineCase(.domains, "example.com ; why", "site example.com"),
        LineCase(.domains, "# example.com"),
        LineCase(.domains, "*.example.com", "site example.com"),
        LineCase(.domains, ".example.com", "site example.com"), LineCase(.exactDomains, ".example.com", "site example.com"),
        LineCase(.domains, "..example.com", rejected: true), LineCase(.domains, ".", rejected: true),
        LineCase(.domains, "bücher.example", "site xn--bcher-kva.example"),
        LineCase(.domains, "192.0.2.7", "prefix 192.0.2.7"),
        LineCase(.domains, "2001:db8::1", "prefix 2001:db8::1"),
        LineCase(.domains, "192.0.2.0/24", "prefix 192.0.2.0/24"),
        LineCase(.domains, "under_score.example", "site under_score.example"),
        LineCase(.domains, "example.com/path", rejected: true),
        LineCase(.domains, "two words", rejected: true),
        LineCase(.domains, "bad..dots", rejected: true),
        LineCase(.domains, String(repeating: "a", count: 64) + ".example", rejected: true),
        LineCase(.exactDomains, "example.com", "exact example.com"),
        LineCase(.hosts, "0.0.0.0 a.example b.example # both", "exact a.example", "exact b.example"),
        LineCase(.hosts, "127.0.0.1\tads.example", "exact ads.example"),
        LineCase(.hosts, "::1 ads.example", "exact ads.example"),
        LineCase(.hosts, ":: ads.example", "exact ads.example"),
        LineCase(.hosts, "255.255.255.255 broadcasthost"),
        LineCase(.hosts, "127.0.0.1 localhost localhost.localdomain local"),
        LineCase(.hosts, "::1 ip6-localhost ip6-loopback"),
        LineCase(.hosts, "0.0.0.0 0.0.0.0"),
        LineCase(.hosts, "10.0.0.5 intranet.example", rejected: true),
        LineCase(.hosts, "ads.example", rejected: true),
        LineCase(.hosts, "0.0.0.0 good.example bad_/example", "exact good.example", rejected: true),
        LineCase(.hosts, "0.0.0.0", rejected: true),
        LineCase(.wildcard, "*.ads.example", "site ads.example"),
        LineCase(.wildcard, "ads.example", "exact ads.example"),
        LineCase(.wildcard, "ads*.example", rejected: true),
        LineCase(.dstdomain, ".ads.example", "site ads.example"),
        LineCase(.dstdomain, "ads.example", "exact ads.example"),
        LineCase(.dstdomain, "\"/etc/squid/more\"", rejected: true),
        LineCase(.adblock, "||ads.example^", "site ads.example"),
        LineCase(.adblock, "@@||good.ads.example^", "-site good.ads.example"),
        LineCase(.adblock, "||ads.example^$important", "site ads.example"),
        LineCase(.adblock, "||192.0.2.9^", "prefix 192.0.2.9"),
        LineCase(.adblock, "||youtube.example/embed/$domain=a.example", rejected: true),
        LineCase(.adblock, "||youtube.example/embed/", rejected: true),
        LineCase(.adblock, "||ads.example^$third-party", rejected: true),
        LineCase(.adblock, "||ads.example^$script,important", rejected: true),
        LineCase(.adblock, "||ads.exam", rejected: true),
        LineCase(.adblock, "||ads.example^$badfilter"),
        LineCase(.adblock, "||ads.example^$domain=a.example|~b.example", rejected: true),
        LineCase(.adblock, "||ads.example^$~third-party", rejected: true),
        LineCase(.adblock, "/Banner[0-9]/$match-case", "expression (?-i)Banner[0-9]"),
        LineCase(
            .adblock, "||zip^$denyallow=good.zip",
            "expression ^[a-z]+://(?!(?:(?:[^/:]*\\.)?good\\.zip)[:/])(?:[^/:]*\\.)?zip[:/]"),
        LineCase(.adblock, "||zip^$denyallow=good_/zip", rejected: true),
        LineCase(.adblock, "|https://ads.example/|", rejected: true),
        LineCase(.adblock, "||ads*.example^", rejected: true),
        LineCase(.adblock, "||*.ads.example^", "subdomains ads.example"),
        LineCase(.adblock, "/banner[0-9]+/", "expression banner[0-9]+"),
        LineCase(.adblock, "-advert-", rejected: true),
        LineCase(.adblock, "! comment"), LineCase(.adblock, "[Adblock Plus 2.0]"),
        LineCase(.adblock, "example.com##.banner"), LineCase(.adblock, "example.com#@#.banner"), LineCase(.adblock, "##.ad"),
        LineCase(.adblock, "example.com#?#div:has(.ad)"), LineCase(.adblock, "example.com#$#abort"),
        LineCase(.adblock, "0.0.0.0 ads.example", "exact ads.example"),
        LineCase(.dnsmasq, "address=/ads.example/#", "site ads.example"),
        LineCase(.dnsmasq, "address=/a.example/b.example/0.0.0.0", "site a.example", "site b.example"),
        LineCase(.dnsmasq, "address=/ads.example/", "site ads.example"),
        LineCase(.dnsmasq, "local=/ads.example/", "site ads.example"),
        LineCase(.dnsmasq, "server=/ads.example/", "site ads.example"),
        LineCase(.dnsmasq, "server=/good.ads.example/#", "-site good.ads.example"),
        LineCase(.dnsmasq, "address=/*.ads.example/#", "subdomains ads.example"),
        LineCase(.dnsmasq, "address=/.ads.example/#", "site ads.example"),
        LineCase(.dnsmasq, "address=/*ads.example/#", "expression ^[a-z]+://[^/:]*ads\\.example[:/]"),
        LineCase(.dnsmasq, "address=/#/", "expression ^[a-z]+://"),
        LineCase(.dnsmasq, "server=/#/#", rejected: true),
        LineCase(.dnsmasq, "address=//", rejected: true),
        LineCase(.dnsmasq, "address=/intranet.example/10.0.0.5", rejected: true),
        LineCase(.dnsmasq, "server=/corp.example/10.0.0.1", rejected: true),
        LineCase(.dnsmasq, "cache-size=1000"), LineCase(.dnsmasq, "# comment"), LineCase(.dnsmasq, "nonsense", rejected: true),
        LineCase(.unbound, "local-zone: \"ads.example.\" always_null", "site ads.example"),
        LineCase(.unbound, "server:"),
        LineCase(.unbound, "local-zone: \"good.example\" transparent", "-site good.example"),
        LineCase(.e2guardian, "ads.example", "site ads.example"),
        LineCase(.e2guardian, "http://Ads.example/", "site ads.example"),
        LineCase(.e2guardian, "ads.example:8080", "site ads.example"),
        LineCase(.e2guardian, "ads.example/banner/ # why", "urlCaseless ads.example/banner"),
        LineCase(.e2guardian, "ads.example:8080/banner", "urlCaseless ads.example/banner"),
        LineCase(.e2guardian, "ads.example#not a comment", rejected: true),
        LineCase(.e2guardian, "ftp://files.example/", "site files.example"),
        LineCase(.e2guardian, "#listcategory: \"Ads\""), LineCase(.e2guardian, "# words"),
        LineCase(.e2guardian, "#time: 9 0 17 0 01234", rejected: true),
        LineCase(.e2guardian, "**", rejected: true), LineCase(.e2guardian, "**s", rejected: true),
        LineCase(.e2guardian, "*ip", rejected: true), LineCase(.e2guardian, "*ips", rejected: true),
        LineCase(.e2guardian, "x", rejected: true),
        LineCase(.e2guardian, String(repeating: "a/", count: 1025), rejected: true),
        LineCase(
            .e2guardian, "a.example/" + String(repeating: "a", count: 2000), "urlCaseless a.example/" + String(repeating: "a", count: 2000)),
        LineCase(.e2guardian, "\"pat\"->\"repl\"", rejected: true),
        LineCase(.e2guardian, "< a >,<b><25>", rejected: true), LineCase(.e2guardian, "bad+word", rejected: true),
        LineCase(.e2guardian, ".Include<more>", rejected: true), LineCase(.e2guardian, ".include<__LISTDIR__/more>", rejected: true),
        LineCase(.memberDomains, "casino.example", "site casino.example"),
        LineCase(.memberDomains, "198.51.100.4", "prefix 198.51.100.4"),
        LineCase(.memberURLs, "host.example/Path/x?y=%c3%b1", "urlCaseless host.example/Path/x?y=%c3%b1"),
        LineCase(.memberURLs, "http://host.example/~user/", "urlCaseless host.example/~user/"),
        LineCase(.memberURLs, "host.example/a http://elsewhere.example/", "urlCaseless host.example/a", rejected: true),
        LineCase(.memberURLs, "host.example/a # why", "urlCaseless host.example/a"),
        LineCase(.memberDifference, "+new.example", "site new.example"),
        LineCase(.memberDifference, "+new.example/path", "urlCaseless new.example/path"),
        LineCase(.memberDifference, "-old.example", rejected: true), LineCase(.memberDifference, "odd.example", rejected: true),
        LineCase(.memberURLs, "198.51.100.4/a", "urlCaseless 198.51.100.4/a"),
        LineCase(.memberURLs, "host.example", "site host.example"),
        LineCase(.memberExpressions, "(/banner/|/sponsor/)", "expressionHostPath (/banner/|/sponsor/)"),
        LineCase(.memberExpressions, "# comment"),
        LineCase(.memberExpressions, "\\<ads\\>", "expressionHostPath \\b(?=\\w)ads\\b(?<=\\w)"),
        LineCase(.memberExpressions, "(?:ads)", "expressionHostPath (?:ads)"),
        LineCase(.expressions, "\\bads\\d", "expressionHostPath \\bads\\d"), LineCase(.expressions, "[\\w]<", "expressionHostPath [\\w]<"),
    ]

    @Test(arguments: lines) func readsALine(_ line: LineCase) {
        let sink = CollectingSink.read(line.line, line.syntax)
        #expect(sink.entries == line.entries.map { $0 + " @1" })
        #expect(!sink.rejected.isEmpty == line.isRejected, "\(sink.rejected)")
    }

    /// Lists in which entries bear on each other: the text and the entries it comes to, without lines.
    static let wholes: [(ListSyntax, String, [String])] = [
        // $badfilter takes out the very rule it names, wherever that stands.
        (.adblock, "||a.example^\n||b.example^\n||a.example^$badfilter\n", ["site b.example"]),
        (.adblock, "||a.example^$badfilter\n||a.example^\n@@||a.example^\n", ["-site a.example"]),
        (.adblock, "||a.example^$important\n||a.example^$badfilter\n||a.example^$badfilter,important\n", []),
        (.adblock, "@@||a.example^$badfilter\n||a.example^\n@@||a.example^\n", ["site a.example"]),
        // important wins over an exception for it or below it, and over the part of one above it; important exceptions win over all.
        (.adblock, "||a.example^$important\n@@||a.example^\n", ["site a.example"]),
        (.adblock, "@@||x.a.example^\n||a.example^$important\n", ["site a.example"]),
        (.adblock, "||a.example^\n@@||x.a.example^\n", ["site a.example", "-site x.a.example"]),
        (.adblock, "||a.example^$important\n@@||a.example^$important\n", ["site a.example", "-site a.example"]),
        (
            .adblock, "@@||a.example^\n||x.a.example^$important\n",
            [
                "site x.a.example",
                "-expression ^[a-z]+://(?!(?:(?:[^/:]*\\.)?x\\.a\\.example)[:/])(?:[^/:]*\\.)?a\\.example[:/]",
            ]
        ),
        // The longest name decides.
        (
            .dnsmasq, "address=/ads.good.example/#\nserver=/good.example/#\naddress=/example/#\n",
            [
                "site ads.good.example", "site example",
                "-expression ^[a-z]+://(?!(?:(?:[^/:]*\\.)?ads\\.good\\.example)[:/])(?:[^/:]*\\.)?good\\.example[:/]",
            ]
        ),
        (.dnsmasq, "address=/#/\nserver=/good.example/#\n", ["expression ^[a-z]+://", "-site good.example"]),
        (.rpz, "*.bad.example CNAME .\nwww.bad.example CNAME rpz-passthru.\n", ["subdomains bad.example", "-exact www.bad.example"]),
        (
            .rpz, "*.ok.example CNAME rpz-passthru.\nevil.ok.example CNAME .\n",
            ["exact evil.ok.example", "-expression ^[a-z]+://(?!(?:evil\\.ok\\.example)[:/])[^/:]+\\.ok\\.example[:/]"]
        ),
        (
            .unbound, "local-zone: \"a.example\" always_null\nlocal-zone: \"b.a.example\" transparent\n",
            ["site a.example", "-site b.a.example"]
        ),
        // The last match decides.
        (
            .privoxy, "{+block{ads}}\n.ads.example\nbanner.example\n{-block}\ngood.ads.example\n{ +handle-as-image }\nother.example\n",
            ["site ads.example", "exact banner.example", "-exact good.ads.example"]
        ),
        (.privoxy, "{-block}\n.a.example\n{+block}\n.a.example\n", ["site a.example"]),
        (
            .privoxy,
            "{{alias}}\n+mine = +block{my own} +handle-as-image\nfragile = -block -filter\n{ +mine }\n.a.example\n{fragile}\n.b.a.example # c\n",
            ["site a.example", "-site b.a.example"]
        ),
    ]

    /// The longest name decides where it leads somewhere else, too: the line is told as not used, and what is above does not hold for it.
    static let mapped: [(ListSyntax, String, [String])] = [
        (
            .dnsmasq, "address=/q.test/\naddress=/real.q.test/192.0.2.1\nserver=/fwd.q.test/8.8.8.8\n",
            ["site q.test @1", "-site real.q.test @2", "-site fwd.q.test @3"]
        ),
        (.dnsmasq, "address=/real.q.test/192.0.2.1\naddress=/*.w.q.test/192.0.2.1\n", []),
        (
            .dnsmasq, "server=/fwd.q.test/8.8.8.8\naddress=/*.q.test/#\naddress=/q.test/192.0.2.1\naddress=/bad.fwd.q.test/\n",
            [
                "subdomains q.test @2", "site bad.fwd.q.test @4",
                "-expression ^[a-z]+://(?!(?:(?:[^/:]*\\.)?bad\\.fwd\\.q\\.test)[:/])(?:[^/:]*\\.)?fwd\\.q\\.test[:/] @1",
            ]
        ),
        // The name itself is an entry: that stays.
        (.dnsmasq, "address=/q.test/\naddress=/q.test/192.0.2.1\n", ["site q.test @1"]),
        (.dnsmasq, "address=/a.test/\naddress=/a.test.b/x.ba.test/1.2.3.4\n", ["site a.test @1"]),
        (.dnsmasq, "address=/#/\naddress=/q.test/192.0.2.1\n", ["expression ^[a-z]+:// @1", "-site q.test @2"]),
        (
            .dnsmasq, "address=/*ads.test/\naddress=/myads.test/192.0.2.1\naddress=/ads.test/192.0.2.1\n",
            ["expression ^[a-z]+://[^/:]*ads\\.test[:/] @1", "-site myads.test @2"]
        ),
        (
            .rpz,
            "*.q.test CNAME .\nreal.q.test A 192.0.2.1\nreal.q.test AAAA 2001:db8::1\nred.q.test CNAME walled.garden.\n"
                + "tcp.q.test CNAME rpz-tcp-only.\n*.w.q.test A 192.0.2.1\nx.y.test A 192.0.2.1\nnew.q.test CNAME rpz-new.\n",
            ["subdomains q.test @1", "-exact real.q.test @2", "-exact red.q.test @4", "-exact tcp.q.test @5", "-subdomains w.q.test @6"]
        ),
        (
            .unbound, "local-zone: \"a.test\" always_null\nlocal-zone: \"b.a.test\" inform\n",
            ["site a.test @1", "-site b.a.test @2"]
        ),
    ]

    @Test(arguments: mapped) func aLongerNameThatLeadsElsewhereDecides(_ syntax: ListSyntax, _ text: String, _ entries: [String]) {
        let sink = CollectingSink.read(text, syntax)
        #expect(sink.entries == entries)
        #expect(!sink.rejected.isEmpty)
    }

    /// Both kinds of entry for one host win over an exception above it.
    @Test func twoEntriesOfOneHostWin() throws {
        let text = "*.p.test CNAME rpz-passthru.\nx.p.test CNAME .\n*.x.p.test CNAME .\n*.test CNAME .\n"
        let found = ["http://x.p.test/", "http://y.x.p.test/", "http://q.test/"]
        try expect(text, .rpz, holds: found, not: ["http://a.p.test/", "http://xx.p.test/"])
    }

    /// Rules marked important win over exceptions whatever kind of rule the two are.
    static let importants: [(String, [String], [String])] = [
        ("||10.0.0.1^$important\n@@||10.0.0.1^\n", ["http://10.0.0.1/"], []),
        ("||10.0.0.1^\n@@||10.0.0.1^\n", [], ["http://10.0.0.1/"]),
        ("@@||[2001:db8::1]^\n||[2001:db8::1]^$important\n", ["http://[2001:db8::1]/"], []),
        ("/rx[0-9]/$important\n@@||rx1.test^\n||rx1.test^\n", ["http://rx1.test/", "http://a.rx1.test/"], []),
        ("/ad[0-9]/$important\n@@||ok.test^\n||test^\n", ["http://ok.test/ad1", "http://b.test/"], ["http://ok.test/"]),
        ("||re2.test^$important\n@@/re2/\n||re2.b.test^\n", ["http://re2.test/", "http://a.re2.test/"], ["http://re2.b.test/"]),
        ("@@/re2|^http:..b/\n||10.0.0.1^$important\n||b.test^\n", ["http://10.0.0.1/re2"], ["http://b.test/"]),
        ("/x[0-9]/$important\n@@/y[0-9]/\n||test^\n", ["http://y1.test/x2", "http://z.test/"], ["http://y1.test/"]),
        ("/x[0-9]/$important\n@@||10.0.0.1^\n||10.0.0.1^\n", ["http://10.0.0.1/x2"], ["http://10.0.0.1/"]),
        (
            "||dn.test^$important,denyallow=x.dn.test\n@@||dn.test^\n@@||other.test^\n||test^\n",
            ["http://dn.test/", "http://y.dn.test/", "http://a.test/"], ["http://x.dn.test/", "http://other.test/"]
        ),
        ("/Ad[0-9]/$important,match-case\n@@||ok.test^\n||ok.test^\n", ["http://ok.test/Ad1"], ["http://ok.test/ad1"]),
        // An important exception wins over all; a rule taken out wins over none.
        ("/rx[0-9]/$important\n@@||rx1.test^$important\n", [], ["http://rx1.test/"]),
        ("/rx[0-9]/$important\n/rx[0-9]/$important,badfilter\n||rx1.test^\n@@||rx1.test^\n", [], ["http://rx1.test/"]),
        // Expressions that count their groups cannot stand in another: the exception wins, as the manual says.
        ("/(rx)\\1/$important\n@@||rxrx.test^\n", ["http://rxrx.b.test/"], ["http://rxrx.test/"]),
        // One that is no expression leaves the others, and the exceptions, alone.
        ("/x[/$important\n/y[0-9]/$important\n@@||ok.test^\n||test^\n", ["http://ok.test/y1"], ["http://ok.test/", "http://ok.test/x["]),
    ]

    @Test(arguments: importants) func importantWins(_ text: String, _ found: [String], _ missed: [String]) throws {
        try expect(text, .adblock, holds: found, not: missed)
    }

    private func expect(_ text: String, _ syntax: ListSyntax, holds found: [String], not missed: [String]) throws {
        var sink = IndexSink()
        var reader = ListReader(syntax: syntax)
        Array(text.utf8).withUnsafeBytes { reader.read($0, into: &sink) }
        reader.finish(into: &sink)
        let index = try MatchIndex(bytes: sink.builder.finish())
        for url in found + missed {
            var matched = SourceSet()
            var budget = MatchBudget()
            index.match(try RequestURL(url.utf8), sent: false, into: &matched, budget: &budget)
            #expect(!matched.isEmpty == found.contains(url), "\(url)")
        }
    }

    @Test(arguments: wholes) func readsAWholeList(_ syntax: ListSyntax, _ text: String, _ entries: [String]) {
        let sink = CollectingSink.read(text, syntax)
        #expect(sink.entries.map { String($0.prefix { $0 != "@" }.dropLast()) } == entries)
        #expect(sink.rejected == [])
    }

    /// What a Privoxy pattern that is no plain host matches, and does not.
    static let patterns: [(String, [String], [String])] = [
        (
            "ads*.example.com", ["http://ads7.example.com/", "https://ads.example.com:8443/"],
            ["http://x.ads7.example.com/", "http://ads.x.example.com/"]
        ),
        (
            ".example.com/ads/", ["http://www.example.com/ads/x", "http://example.com/ADS/"],
            ["http://example.com/x/ads/", "http://aexample.com/ads/"]
        ),
        ("/.*banner", ["http://a.example/x/banner.gif"], ["http://banner.example/"]),
        ("banner.", ["http://banner.example/", "http://banner.co.uk/x"], ["http://xbanner.example/"]),
        ("example.com:8080", ["http://example.com:8080/"], ["http://example.com/"]),
        ("a[0-9].example", ["http://a1.example/"], ["http://ab.example/"]),
    ]

    @Test(arguments: patterns) func matchesAsPrivoxyDoes(_ pattern: String, _ found: [String], _ missed: [String]) throws {
        try expect("{+block}\n\(pattern)\n", .privoxy, holds: found, not: missed)
    }

    @Test(arguments: [
        ("24.0.0.0.127.rpz-client-ip CNAME .", "rpz-client-ip"), ("32.7.2.0.192.rpz-ip CNAME .", "rpz-ip"),
        ("ns.evil.example.rpz-nsdname CNAME .", "rpz-nsdname"), ("32.7.2.0.192.rpz-nsip CNAME .", "rpz-nsip"),
    ]) func saysWhichTriggerIsNotUsed(_ line: String, _ trigger: String) {
        let sink = CollectingSink.read(line, .rpz)
        #expect(sink.entries == [])
        #expect(sink.rejected.count == 1 && sink.rejected[0].contains(trigger), "\(sink.rejected)")
    }

    @Test func countsLinesWhateverTheyEndWith() {
        let sink = CollectingSink.read("\u{feff}a.example\r\n\r\n# c\nbad name\nb.example", .domains)
        #expect(sink.entries == ["site a.example @1", "site b.example @5"])
        #expect(sink.rejected == ["4: not a host name"])
    }

    @Test(arguments: [1, 2, 3, 7, 64]) func readsInPiecesOfAnySize(_ piece: Int) {
        let text = Array("0.0.0.0 a.example\r\n\n# x\n0.0.0.0 b.example c.example\nrubbish\n0.0.0.0 d.example".utf8)
        let whole = CollectingSink.read(text, .hosts)
        let pieces = CollectingSink.read(text, .hosts, piece: piece)
        #expect(pieces.entries == whole.entries)
        #expect(pieces.rejected == whole.rejected)
        #expect(whole.entries.count == 4)
    }

    @Test(arguments: [100, 5000, Int.max]) func rejectsALongLineAndGoesOn(_ piece: Int) {
        let text = "a.example\n" + String(repeating: "x", count: 100_000) + "\nb.example\n"
        let sink = CollectingSink.read(Array(text.utf8), .domains, piece: piece)
        #expect(sink.entries == ["site a.example @1", "site b.example @3"])
        #expect(sink.rejected == ["2: longer than 8192 bytes"])
    }

    @Test func readsAResponsePolicyZone() {
        let zone = """
            $TTL 300
            $ORIGIN rpz.example.
            @ IN SOA localhost. root.localhost. (
                2026010101 ; serial
                1h 15m 30d 2h )
              IN NS localhost.
            ads.example        CNAME .
            *.ads.example      CNAME .
            nodata.example 60 IN CNAME *.
            drop.example.rpz.example. CNAME rpz-drop.
            good.ads.example   CNAME rpz-passthru.
            tcp.example        CNAME rpz-tcp-only.
            walled.example     CNAME wall.example.
            null.example       A 0.0.0.0
                               AAAA ::
            real.example       A 192.0.2.1
            24.0.0.0.127.rpz-client-ip CNAME .
            """
        let sink = CollectingSink.read(zone, .rpz)
        #expect(
            sink.entries == [
                "exact ads.example @7", "subdomains ads.example @8", "exact nodata.example @9", "exact drop.example @10",
                "exact null.example @14", "exact null.example @15", "-exact good.ads.example @11",
            ])
        #expect(sink.rejected.count == 4)
    }

    @Test(arguments: ListSyntax.allCases) func survivesAnyBytes(_ syntax: ListSyntax) {
        var generator = SeededGenerator(state: 42)
        let marks = Array("||^$@#/*.;=\"()[]<>-:!\r\n\t 0aZ".utf8)
        for _ in 0..<400 {
            let bytes = (0..<Int.random(in: 0...90, using: &generator)).map { _ -> UInt8 in
                Bool.random(using: &generator) ? marks.randomElement(using: &generator) ?? 0 : .random(in: 0...255, using: &generator)
            }
            let whole = CollectingSink.read(bytes, syntax)
            let pieces = CollectingSink.read(bytes, syntax, piece: 5)
            #expect(whole.entries == pieces.entries)
        }
    }
}

/// Keeps entries in an index.
private struct IndexSink: ListSink {
    var builder = MatchIndexBuilder()
    var source = SourceID(index: 0)

    init() { source = builder.source(named: "list") }

    mutating func take(_ entry: ListEntry) { try? builder.add(entry, to: source) }
    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {}
}

/// A generator that gives the same numbers each time (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
