import Testing

@testable import PolicyFormats

@Suite struct SquidImportTests {
    static let configuration = """
        # ports
        acl SSL_ports port 443
        acl Safe_ports port 80          # http
        acl Safe_ports port 443 21
        acl Safe_ports port 1025-65535
        acl CONNECT method CONNECT
        acl localnet src 10.0.0.0/8
        acl localnet src 192.168.1.10-192.168.1.20 fd00::/8
        acl kids src 10.0.5.0/24
        acl school time MTWHF 08:00-12:00 13:00-16:00
        acl bad dstdomain .bad.example exact.example
        acl more dstdomain "/etc/squid/more.txt"
        acl games url_regex -i ^http://[^/]+/games
        acl Case url_regex Secret
        acl hosts dstdom_regex -i (^|\\.)ads[0-9]*\\. ^banner
        acl exe urlpath_regex -i \\.(exe|scr)$ ^/cgi-bin/
        acl writes method POST PUT
        acl staff proxy_auth alice bob
        acl signed proxy_auth REQUIRED
        acl old browser -i msie
        acl video rep_mime_type -i ^video/
        acl printer arp 3c:22:fb:01:02:03
        acl inside dst 10.0.0.0/8
        acl either any-of bad games
        acl both all-of bad writes
        include /etc/squid/conf.d/*.conf
        delay_pools 1
        cache_dir ufs /var/spool/squid 100 16 256

        http_reply_access deny video
        http_access deny !Safe_ports
        http_access deny CONNECT !SSL_ports
        http_access deny manager
        http_access deny to_localhost
        http_access allow printer
        http_access deny kids either school
        http_access deny hosts
        http_access deny writes more !school
        http_access deny exe
        http_access deny Case
        http_access deny both
        http_access allow old
        http_access deny blocked
        http_access allow staff
        http_access allow localnet
        http_access deny all
        http_access allow bad
        """
    static let files = [
        "/etc/squid/squid.conf": configuration, "/etc/squid/more.txt": ".more.example\n",
        "/etc/squid/conf.d/a.conf": "acl blocked dstdomain \\\n .blocked.example # c\n",
    ]
    static let verdicts = Result { try ImportedVerdicts(.squid, "/etc/squid/squid.conf", files) }
    static let saturday = "2026-11-21T10:00:00Z"

    /// What Squid 5.7 answers.
    static let questions = [
        ImportQuestion("http://other.example/", "10.1.1.1", "allow"), ImportQuestion("http://other.example/", "192.168.1.20", "allow"),
        ImportQuestion("http://other.example/", "fd00::7", "allow"), ImportQuestion("http://other.example/", "192.168.1.21", "block"),
        ImportQuestion("http://other.example/", "203.0.113.9", "block"),
        ImportQuestion("http://other.example:1024/", "10.1.1.1", "block"),
        ImportQuestion("http://other.example:1025/", "10.1.1.1", "allow"),
        ImportQuestion("http://other.example:65535/", "10.1.1.1", "allow"), ImportQuestion("http://other.example:21/", "10.1.1.1", "allow"),
        ImportQuestion("http://[2001:db8::1]:81/", "10.1.1.1", "block"), ImportQuestion("http://[2001:db8::1]:8080/", "10.1.1.1", "allow"),
        ImportQuestion("https://other.example/", "10.1.1.1", method: "CONNECT", "allow"),
        ImportQuestion("https://other.example:8443/", "10.1.1.1", method: "CONNECT", "block"),
        ImportQuestion("http://www.bad.example/", "10.0.5.7", "block"), ImportQuestion("http://exact.example/", "10.0.5.7", "block"),
        ImportQuestion("http://www.exact.example/", "10.0.5.7", "allow"),
        ImportQuestion("http://www.bad.example/", "10.0.5.7", at: saturday, "allow"),
        ImportQuestion("http://www.bad.example/", "10.0.6.7", "allow"),
        ImportQuestion("http://x.example/Games/1", "10.0.5.7", "block"), ImportQuestion("http://x.example/y/games", "10.0.5.7", "allow"),
        // The end of a time is its last minute.
        ImportQuestion("http://www.bad.example/", "10.0.5.7", at: "2026-11-23T12:00:59Z", "block"),
        ImportQuestion("http://www.bad.example/", "10.0.5.7", at: "2026-11-23T12:01:00Z", "allow"),
        ImportQuestion("http://ads7.example/", "10.1.1.1", "block"), ImportQuestion("http://x.ads.example/", "10.1.1.1", "block"),
        ImportQuestion("http://xads.example/", "10.1.1.1", "allow"), ImportQuestion("http://x.example/.ads.", "10.1.1.1", "allow"),
        ImportQuestion("http://banner.example/", "10.1.1.1", "block"), ImportQuestion("http://x.banner.example/", "10.1.1.1", "allow"),
        ImportQuestion("http://x.example/a.EXE", "10.1.1.1", "block"), ImportQuestion("http://x.exe.example/", "10.1.1.1", "allow"),
        ImportQuestion("http://x.example/cgi-bin/a", "10.1.1.1", "block"),
        ImportQuestion("http://x.example/a/cgi-bin/", "10.1.1.1", "allow"),
        ImportQuestion("http://x.example/Secret", "10.1.1.1", "block"), ImportQuestion("http://x.example/secret", "10.1.1.1", "allow"),
        ImportQuestion("http://more.example/", "10.1.1.1", method: "POST", "allow"),
        ImportQuestion("http://more.example/", "10.1.1.1", at: saturday, method: "POST", "block"),
        ImportQuestion("http://more.example/", "10.1.1.1", at: saturday, "allow"),
        ImportQuestion("http://bad.example/", "10.1.1.1", method: "PUT", "block"),
        ImportQuestion("http://bad.example/", "10.1.1.1", "allow"),
        ImportQuestion("http://www.blocked.example/", "10.1.1.1", "block"),
        ImportQuestion("http://other.example/", "alice", "allow"), ImportQuestion("http://www.blocked.example/", "alice", "block"),
        ImportQuestion("http://other.example/", "mallory", "block"),
        ImportQuestion("http://127.0.0.1/", "10.1.1.1", "block"),
    ]

    @Test(arguments: questions) func givesTheSameVerdict(_ question: ImportQuestion) throws {
        let verdicts = try SquidImportTests.verdicts.get()
        #expect(
            verdicts.verdict(question.url, question.client, at: question.at, method: question.method) == question.verdict,
            "\(verdicts.imported.text ?? "")")
    }

    static let outcomes: [(Int, ImportLine.Outcome)] = [
        (2, .mapped), (5, .mapped), (7, .mapped), (10, .mapped), (12, .mapped), (13, .differs), (20, .unmapped), (22, .mapped),
        (26, .mapped),
        (27, .unmapped), (28, .ignored), (30, .mapped), (31, .mapped), (33, .ignored), (42, .unmapped), (46, .mapped), (47, .ignored),
    ]

    @Test(arguments: outcomes) func saysWhatBecomesOfALine(_ number: Int, _ outcome: ImportLine.Outcome) throws {
        let line = try #require(try SquidImportTests.verdicts.get().line(number, "/etc/squid/squid.conf"))
        #expect(line.outcome == outcome, "\(line)")
    }

    /// What no line decides is the opposite of the last one.
    @Test(arguments: [("deny", "allow"), ("allow", "block")]) func decidesTheOppositeOfTheLastLine(_ last: String, _ verdict: String) throws
    {
        let text = "acl a dstdomain .a.example\nhttp_access \(last) a\n"
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.verdict("http://b.example/", "10.0.0.1") == verdict)
        #expect(verdicts.verdict("http://a.example/", "10.0.0.1") == (last == "allow" ? "allow" : "block"))
    }

    /// A condition nobody can judge never allows more: the allowing line goes, the forbidding one holds.
    @Test func unknownConditionsDoNotAllow() throws {
        let text = """
            acl ldap external group staff
            acl a dstdomain .a.example
            acl b dstdomain .b.example
            http_access allow ldap a
            http_access deny ldap b
            http_access deny a
            http_access allow all
            """
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.verdict("http://a.example/", "10.0.0.1") == "block")
        #expect(verdicts.verdict("http://b.example/", "10.0.0.1") == "block")
        #expect(verdicts.line(4)?.outcome == .unmapped)
        #expect(verdicts.line(5)?.outcome == .differs)
    }

    /// Squid's `first-last/mask`: the client's address and both ends are masked.
    @Test(arguments: [
        ("192.168.5.1-192.168.5.20/32", "192.168.5.20", "192.168.5.21"),
        ("192.168.5.1-192.168.5.20/255.255.255.255", "192.168.5.1", "192.168.5.0"),
        ("192.168.5.9-192.168.6.20/24", "192.168.6.255", "192.168.7.0"), ("fd00::1-fd00::9/128", "fd00::9", "fd00::a"),
    ]) func rangesWithMasksAreRead(_ range: String, _ inside: String, _ outside: String) throws {
        let text = "acl k src \(range)\nacl b dstdomain .x.test\nhttp_access deny k b\nhttp_access allow all\n"
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.verdict("http://www.x.test/", inside) == "block")
        #expect(verdicts.verdict("http://www.x.test/", outside) == "allow")
        #expect(verdicts.imported.lines.allSatisfy { $0.outcome == .mapped }, "\(verdicts.imported.lines)")
    }

    /// An acl of which nothing, or not all, could be read: no line that uses it allows more or goes without a word.
    @Test(arguments: [
        // Nothing of it: a condition nobody can judge.
        ("src printer.test", "deny a b", "block", "block", ImportLine.Outcome.differs),
        ("src printer.test", "allow !a b", "block", "block", .unmapped), ("src printer.test", "allow a b", "block", "block", .unmapped),
        // A part: those it was read for are known, whoever else it is for is not.
        ("src 10.0.0.1 printer.test", "deny a b", "block", "block", .differs),
        ("src 10.0.0.1 printer.test", "allow !a b", "block", "block", .unmapped),
        ("src 10.0.0.1 printer.test", "allow a b", "allow", "block", .mapped),
    ]) func listsThatCannotBeReadDoNotAllow(
        _ list: String, _ line: String, _ first: String, _ second: String, _ outcome: ImportLine.Outcome
    ) throws {
        let fallback = line.hasPrefix("deny") ? "allow" : "deny"
        let text = "acl a \(list)\nacl b dstdomain .x.test\nhttp_access \(line)\nhttp_access \(fallback) all\n"
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.verdict("http://x.test/", "10.0.0.1") == first, "\(verdicts.imported.text ?? "")")
        #expect(verdicts.verdict("http://x.test/", "10.0.0.2") == second)
        #expect(verdicts.line(3)?.outcome == outcome, "\(verdicts.imported.lines)")
        #expect(verdicts.line(1)?.outcome != .mapped)
    }

    /// Of many expressions one has no counterpart: the others forbid, and the line that forbids less is told before all else.
    @Test(arguments: ["deny a", "allow !a"]) func whatIsAllowedBeyondTheOriginalIsToldFirst(_ line: String) throws {
        let text = "acl a url_regex casino (broken\nhttp_access \(line)\nhttp_access \(line == "deny a" ? "allow" : "deny") all\n"
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.verdict("http://x.test/casino", "10.0.0.1") == "block")
        #expect(verdicts.verdict("http://x.test/broken", "10.0.0.1") == "allow")
        #expect(verdicts.imported.lines.filter(\.allowsMore).map(\.line) == [2])
        #expect(verdicts.imported.text?.contains("# ALLOWS MORE THAN THERE:\n#   s:2: http_access \(line)") == true)
    }

    /// Rules know a target by its name: a line that forbids, or leaves out, what leads to an address allows more.
    @Test(arguments: [
        ("big dst 192.0.2.0/24", "deny big", true), ("big dst 192.0.2.0/24", "allow !big", true),
        ("big dst 192.0.2.0/24", "allow big", false), ("big dst 192.0.2.0/24", "deny !big", false),
        ("big dst 10.0.0.0/8 name.test", "deny big", true),
        // Weir goes to none of these unless it is told to.
        ("big dst 127.0.0.0/8 169.254.0.0/16 ::1", "deny big", false), ("x src 10.0.0.1", "deny to_localhost", false),
        // Squid sees HTTPS as host:443.
        ("re url_regex ^bad\\.test:443", "deny re", true), ("re url_regex -i (^|\\.)bad\\.test", "allow !re", true),
        ("re url_regex ^bad\\.test:443", "allow re", false), ("re url_regex ^http://[^/]+/games casino", "deny re", false),
    ]) func whatAListMissesIsToldWhereItForbids(_ list: String, _ line: String, _ allowsMore: Bool) throws {
        let text = "acl \(list)\nhttp_access \(line)\nhttp_access allow all\n"
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.imported.lines.filter(\.allowsMore).map(\.line) == (allowsMore ? [2] : []), "\(verdicts.imported.lines)")
    }

    /// Other ways in which Squid keeps something from users, and policies do not: told before all else.
    @Test(
        arguments: [
            // Who has not signed in.
            ("acl u proxy_auth REQUIRED\nhttp_access allow u\nhttp_access deny all", [2]),
            ("acl u proxy_auth REQUIRED\nhttp_access deny !u\nhttp_access allow all", [2]),
            ("acl u proxy_auth REQUIRED\nhttp_access deny u\nhttp_access deny all", []),
            // Replies no line allows.
            ("acl m rep_mime_type text/html\nhttp_reply_access allow m\nhttp_access allow all", [2]),
            ("http_reply_access allow all\nhttp_access allow all", []),
            // Branches, rewriters, sizes, other stages.
            ("if ${process_number} = 1\nhttp_access allow all\nendif", [1]),
            ("url_rewrite_program /usr/bin/squidGuard\nhttp_access allow all", [1]),
            ("ssl_bump terminate all\nssl_bump splice all\nhttp_access allow all", [1]),
            ("adapted_http_access deny all\nadapted_http_access allow all\nhttp_access allow all", [1]),
            ("reply_body_max_size 10 MB\nhttp_access allow all", [1]),
        ] as [(String, [Int])]) func whatPoliciesDoNotForbidIsTold(_ text: String, _ lines: [Int]) throws
    {
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text + "\n"])
        #expect(verdicts.imported.lines.filter(\.allowsMore).map(\.line) == lines, "\(verdicts.imported.lines)")
    }

    /// A request has no reply yet: what its media type decides is no line of http_access.
    @Test(arguments: [("allow m", "block"), ("deny !m", "block"), ("deny m", "block"), ("allow !m", "allow")])
    func mediaTypesOfRequestsNeverMatch(_ line: String, _ verdict: String) throws {
        let text = "acl m rep_mime_type video/mpeg\nhttp_access \(line)\nhttp_access deny all\n"
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.verdict("http://x.test/", "10.0.0.1") == verdict)
        #expect(verdicts.imported.text?.contains("type:video") == false)
    }

    /// Every line that is no comment is in the preview, lists that no line names too.
    @Test func everyLineIsInThePreview() throws {
        let odd = """
            acl all src all
            acl night time 20:00-22:00
            acl unused src 10.0.0.0/24
            acl unused src 10.0.1.0/24
            acl weekdays time MTWHF
            acl either any-of night spare
            acl spare method PUT
            acl proto proto FTP
            http_access deny night
            http_access deny proto
            http_access allow all
            http_access deny weekdays
            """
        let both = [("/etc/squid/squid.conf", SquidImportTests.files), ("odd", ["odd": odd])]
        for (path, files) in both {
            let verdicts = try ImportedVerdicts(.squid, path, files)
            for (index, line) in (files[path] ?? "").split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where !line.isEmpty && !line.hasPrefix("#") {
                #expect(verdicts.line(index + 1, path) != nil, "\(index + 1): \(line)")
            }
        }
        let verdicts = try ImportedVerdicts(.squid, "odd", ["odd": odd])
        for line in [3, 4, 6] {
            #expect(verdicts.line(line)?.outcome == .ignored && verdicts.line(line)?.note?.contains("names it") == true)
        }
        #expect(verdicts.line(1)?.outcome == .mapped)
    }

    /// Squid skips a line that names no acl: it neither decides nor is the last.
    @Test func linesWithoutListsAreSkipped() throws {
        let text = "acl a dstdomain a.test\nhttp_access allow\nhttp_access deny a\nhttp_access deny\nhttp_access allow\n"
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.verdict("http://a.test/", "10.0.0.1") == "block")
        #expect(verdicts.verdict("http://b.test/", "10.0.0.1") == "allow")
        #expect(verdicts.line(2)?.outcome == .ignored)
    }

    /// Squid's expressions are POSIX.
    @Test(arguments: [
        ("-i \\<ads\\>", "http://x.test/a-ADS-b", "http://x.test/loads"), ("[\\.]x", "http://y.test/a.x", "http://y.test/ax"),
        ("/a+?b", "http://x.test/b", "http://x.test/c"),
    ]) func expressionsArePOSIX(_ pattern: String, _ found: String, _ missed: String) throws {
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": "acl a url_regex \(pattern)\nhttp_access deny a\nhttp_access allow all\n"])
        #expect(verdicts.verdict(found, "10.0.0.1") == "block")
        #expect(verdicts.verdict(missed, "10.0.0.1") == "allow")
    }

    /// Two categories on one line: both must match.
    @Test func linesAskForAllOfTheirLists() throws {
        let text = """
            acl site dstdomain .a.example
            acl path urlpath_regex ^/secret
            acl alt port 8080
            http_access deny site path
            http_access deny site alt
            http_access deny !site path
            http_access allow all
            """
        let verdicts = try ImportedVerdicts(.squid, "s", ["s": text])
        #expect(verdicts.verdict("http://a.example/secret", "10.0.0.1") == "block")
        #expect(verdicts.verdict("http://a.example/", "10.0.0.1") == "allow")
        #expect(verdicts.verdict("http://a.example:8080/", "10.0.0.1") == "block")
        #expect(verdicts.verdict("http://b.example:8080/", "10.0.0.1") == "allow")
        #expect(verdicts.verdict("http://b.example/secret", "10.0.0.1") == "block")
    }

    @Test func devicesBecomeClients() throws {
        let text = try #require(try SquidImportTests.verdicts.get().imported.text)
        #expect(text.contains("macs: [\"3c:22:fb:01:02:03\"]"))
        #expect(text.contains("group: printer"))
    }

    static let broken: [(String, Int, String)] = [
        ("http_access allow nets\nacl net src 10.0.0.0/8\n", 1, "did you mean \"net\"?"),
        ("http_access maybe all\n", 1, "needs \"allow\" or \"deny\""),
        ("acl a port 80-\nhttp_access allow a\n", 1, "neither a port"), ("acl a\nhttp_access allow all\n", 1, "a name and a type"),
        ("acl a src 10.0.0.1\nacl a port 80\nhttp_access allow a\n", 2, "of type src before"),
        ("acl t time 16:00-08:00\nhttp_access allow t\n", 1, "past midnight"),
        ("acl a url_regex \"/nowhere\"\nhttp_access deny a\n", 1, "no such file"),
        ("include /nowhere\nhttp_access deny all\n", 1, "no such file"), ("visible_hostname x\n", 1, "no http_access line"),
    ]

    @Test(arguments: broken) func saysWhereItIsBroken(_ text: String, _ line: Int, _ message: String) {
        let imported = PolicyImport.read(.squid, path: "x.conf", files: GivenFiles(["x.conf": Array(text.utf8)]))
        #expect(imported.text == nil)
        #expect(imported.errors.contains { $0.line == line && $0.message.contains(message) }, "\(imported.errors)")
    }

    @Test(arguments: [(1, 9), (80, 80), (1025, 65_535), (0, 65_535), (999, 10_001), (21, 443), (8080, 8089)])
    func rangesOfPortsAreWhatTheySay(_ low: Int, _ high: Int) throws {
        let pattern = try Regex("^(?:\(PortPattern.numbers(from: low, to: high).joined(separator: "|")))$")
        for number in Set([
            0, 1, 9, 10, 79, 80, 81, 99, 100, 442, 443, 444, 998, 999, 1000, 1024, 1025, 1026, 8079, 8090, 9999, 10_000, 10_001, 10_002,
            65_534, 65_535, low, high, max(low, 1) - 1, high + 1,
        ]) {
            #expect(("\(number)".firstMatch(of: pattern) != nil) == (low...high).contains(number), "\(number)")
        }
    }
}
