import Testing

@testable import PolicyFormats

/// What squidGuard's grammar takes beside the usual way to write it: times of destinations, blanks and commas, statements and lines.
@Suite struct SquidGuardSpellingTests {
    static let monday = "2026-11-23T10:00:00Z"
    static let evening = "2026-11-23T20:00:00Z"

    private static func configuration(_ dest: String, _ access: String) -> String {
        """
        dbhome /db
        time work { weekly mtwhf 08:00-16:30
        }
        src a { ip 10.0.0.0/24
        }
        \(dest)
        dest other { domainlist other
        }
        acl {
        \(access)
        }
        """
    }

    private static func verdicts(_ dest: String, _ access: String) throws -> ImportedVerdicts {
        try ImportedVerdicts(
            .squidguard, "s", ["s": configuration(dest, access), "/db/white": "white.test\n", "/db/other": "other.test\n"])
    }

    /// A destination outside its time is passed over: what stands behind it decides.
    @Test(arguments: [
        // pass, the destination's verdict at work and in the evening
        ("within work", "pass white none", "allow", "block"), ("outside work", "pass white none", "block", "allow"),
        ("within work", "pass !white all", "block", "allow"), ("outside work", "pass !white all", "allow", "block"),
        // The last one holds.
        ("within work\noutside work", "pass white none", "block", "allow"),
    ]) func destinationsHaveTimes(_ time: String, _ pass: String, _ working: String, _ resting: String) throws {
        for dest in ["dest white {\n domainlist white\n \(time)\n}", "dest white { \(time) domainlist white }"] {
            let verdicts = try SquidGuardSpellingTests.verdicts(dest, "default {\n\(pass)\nredirect http://x/\n}")
            let text = verdicts.imported.text ?? ""
            #expect(verdicts.verdict("http://white.test/", "10.0.0.1", at: SquidGuardSpellingTests.monday) == working, "\(text)")
            #expect(verdicts.verdict("http://white.test/", "10.0.0.1", at: SquidGuardSpellingTests.evening) == resting, "\(text)")
            #expect(!verdicts.imported.lines.contains { $0.allowsMore || $0.outcome == .unmapped }, "\(verdicts.imported.lines)")
        }
    }

    /// Blanks, commas and ends of lines part words and mean nothing else.
    @Test(arguments: [
        "pass ! white, other none", "pass !white,other none", "pass !white!none other all", "pass !white\n other\n none",
        "pass !white\n pass other none", "pass !white other redirect http://x/ pass none", "pass\n!\nwhite other none",
    ]) func passIsOneList(_ pass: String) throws {
        let isSecond = pass.contains("!none")
        let verdicts = try SquidGuardSpellingTests.verdicts(
            "dest white { domainlist white\n}", "default {\n\(pass)\nredirect http://x/\n}")
        #expect(verdicts.verdict("http://white.test/", "10.0.0.1") == "block")
        #expect(verdicts.verdict("http://other.test/", "10.0.0.1") == (isSecond ? "block" : "allow"))
        #expect(verdicts.verdict("http://third.test/", "10.0.0.1") == "block")
        let told = Set(verdicts.imported.lines.map(\.line))
        let last = SquidGuardSpellingTests.configuration("dest white { domainlist white\n}", "default {\n\(pass)").split(separator: "\n")
            .count
        for line in 11..<last { #expect(told.contains(line), "\(line)") }
    }

    /// A group without a `pass` has the default's, not everything.
    @Test(arguments: ["log x", "redirect http://y/", "pass"]) func groupsWithoutAListHaveTheDefaults(_ statement: String) throws {
        let verdicts = try SquidGuardSpellingTests.verdicts(
            "dest white { domainlist white\n}", "a {\n\(statement)\n}\ndefault {\npass white none\nredirect http://x/\n}")
        #expect(verdicts.verdict("http://white.test/", "10.0.0.1") == "allow")
        #expect(verdicts.verdict("http://other.test/", "10.0.0.1") == "block")
    }

    /// Of several defaults the last holds, an else too, and at all times; one without a list forbids everything. As squidGuard 1.6.0 answers.
    @Test(arguments: [
        ("default within work {\npass white none\n} else {\npass all\n}", "allow", "allow"),
        ("default outside work {\npass white none\n} else {\npass none\n}", "block", "block"),
        ("default within work {\npass white none\n}", "allow", "block"),
        ("default {\npass none\n}\ndefault {\npass all\n}", "allow", "allow"),
        ("default {\npass all\n}\ndefault {\npass none\n}", "block", "block"), ("default {\nlog x\n}", "block", "block"),
        ("default {\n}", "block", "block"), ("a {\nlog x\n}\ndefault {\nlog x\n}", "block", "block"),
        ("a within work {\nlog x\n} else {\npass all\n}\ndefault {\npass white none\n}", "allow", "block"),
        ("a within work {\npass all\n} else {\nlog x\n}\ndefault {\npass none\n}", "allow", "allow"),
        ("a {\npass none\n}\na {\npass all\n}\ndefault {\npass all\n}", "block", "block"),
        ("a { log x\n} default { pass white none\n}", "allow", "block"),
    ]) func theDefaultIsOneBlock(_ access: String, _ white: String, _ other: String) throws {
        let verdicts = try SquidGuardSpellingTests.verdicts("dest white { domainlist white\n}", access)
        #expect(verdicts.verdict("http://white.test/", "10.0.0.1") == white, "\(verdicts.imported.text ?? "")")
        #expect(verdicts.verdict("http://other.test/", "10.0.0.1") == other, "\(verdicts.imported.text ?? "")")
        #expect(verdicts.line(1) != nil && !verdicts.imported.lines.contains(where: \.allowsMore))
    }

    @Test(arguments: [
        ("10.1.0.1 - 10.1.0.3", "10.1.0.3", "10.1.0.4"), ("10.1.0.1- 10.1.0.3", "10.1.0.2", "10.1.0.0"),
        ("10.2.0.0 /24", "10.2.0.9", "10.2.1.0"), ("10.2.0.0 /255.255.255.0", "10.2.0.255", "10.3.0.0"),
        ("10.1.0.1,10.1.0.5", "10.1.0.5", "10.1.0.2"), ("10.1.0.1\n10.1.0.5", "10.1.0.5", "10.1.0.2"),
        ("10.1.0.1 - 10.1.0.3, 10.2.0.0 /24", "10.2.0.7", "10.1.0.7"),
    ]) func addressesMayHaveBlanks(_ written: String, _ inside: String, _ outside: String) throws {
        for source in ["ip \(written)", "iplist ips"] {
            let text = "dbhome /db\nsrc a {\n\(source)\n}\nacl {\na {\npass none\nredirect http://x/\n}\ndefault {\npass all\n}\n}\n"
            let verdicts = try ImportedVerdicts(.squidguard, "s", ["s": text, "/db/ips": "# who\n\(written) # 192.0.2.1\n"])
            #expect(verdicts.verdict("http://x.test/", inside) == "block", "\(verdicts.imported.text ?? "")")
            #expect(verdicts.verdict("http://x.test/", outside) == "allow")
            #expect(verdicts.verdict("http://x.test/", "192.0.2.1") == "allow")
        }
    }

    /// Names of users in a file: several on a line, or before a colon.
    @Test(arguments: ["ann bob", "ann,bob", "ann:x:1\nbob:x:2", "ann # chief\nbob"]) func filesOfUsersAreRead(_ users: String) throws {
        let text = "dbhome /db\nsrc a {\nuserlist users\n}\nacl {\na {\npass none\nredirect http://x/\n}\ndefault {\npass all\n}\n}\n"
        let verdicts = try ImportedVerdicts(.squidguard, "s", ["s": text, "/db/users": users])
        for name in ["ann", "bob"] { #expect(verdicts.verdict("http://x.test/", name) == "block") }
        #expect(verdicts.verdict("http://x.test/", "chief") == "allow")
    }

    @Test(arguments: [
        ("2026.12.20 - 2026.12.31", "2026-12-27", "2027-01-01"), ("2026.12.20-2026.12.31", "2026-12-31", "2026-12-19"),
        ("2026-12-20 - 2026-12-31", "2026-12-20", "2026-11-25"), ("2026-12-20-2026-12-31", "2026-12-21", "2025-12-25"),
        ("2026.12.20\n-\n2026.12.31", "2026-12-25", "2027-12-25"), ("*.12.24", "2029-12-24", "2029-12-25"),
        ("*.*.01", "2027-03-01", "2027-03-02"), ("2026.12.*", "2026-12-31", "2027-12-31"), ("*-02-*", "2028-02-29", "2028-03-01"),
    ]) func datesMayHaveBlanksAndOpenParts(_ date: String, _ inside: String, _ outside: String) throws {
        let text =
            "time t {\ndate \(date)\n}\nsrc a {\nip 10.0.0.0/24\n}\nacl {\na within t {\npass none\nredirect http://x/\n}\ndefault {\npass all\n}\n}\n"
        let verdicts = try ImportedVerdicts(.squidguard, "s", ["s": text])
        #expect(verdicts.verdict("http://x.test/", "10.0.0.1", at: "\(inside)T12:00:00Z") == "block", "\(verdicts.imported.text ?? "")")
        #expect(verdicts.verdict("http://x.test/", "10.0.0.1", at: "\(outside)T12:00:00Z") == "allow", "\(verdicts.imported.text ?? "")")
        #expect(!verdicts.imported.lines.contains { $0.outcome == .unmapped || $0.note?.contains("times of day") ?? false })
    }

    /// Times of day behind a date are left out: where that allows more it is told first.
    @Test(arguments: [
        ("within t {\npass all\n} else {\npass none\n}", true), ("outside t {\npass none\n} else {\npass all\n}", true),
        ("within t {\npass none\n} else {\npass all\n}", false), ("outside t {\npass all\n} else {\npass none\n}", false),
    ]) func wholeDaysAreToldWhereTheyAllowMore(_ access: String, _ allowsMore: Bool) throws {
        for date in ["2026.12.24 08:00-12:00", "2026.12.24 - 2026.12.31 08:00-12:00 13:00 - 14:00", "*.12.24 08:00-12:00"] {
            let text = "time t {\ndate \(date)\n}\nsrc a {\nip 10.0.0.0/24\n}\nacl {\na \(access)\ndefault {\npass none\n}\n}\n"
            let verdicts = try ImportedVerdicts(.squidguard, "s", ["s": text])
            #expect(verdicts.line(2)?.outcome == .differs)
            #expect(verdicts.imported.lines.contains(where: \.allowsMore) == allowsMore, "\(verdicts.imported.lines)")
        }
    }

    /// Entries of URL lists end at a part of the path here and hold for subdomains: told on the list's line, as far as a line uses it.
    @Test(arguments: [("pass !d all", "/adsense"), ("pass d none", "subdomains")]) func listsOfURLsAreToldWhereTheyAllowMore(
        _ pass: String, _ note: String
    ) throws {
        let text = "dbhome /db\ndest d {\nurllist u\n}\nacl {\ndefault {\n\(pass)\nredirect http://x/\n}\n}\n"
        let verdicts = try ImportedVerdicts(.squidguard, "s", ["s": text, "/db/u": "a.test/ads\n"])
        #expect(verdicts.imported.lines.filter(\.allowsMore).map(\.line) == [3])
        #expect(verdicts.line(3)?.note?.contains(note) == true)
    }

    /// What nothing names is in the preview too.
    @Test func unusedBlocksAreTold() throws {
        let text = """
            dbhome /db
            time t {
            weekly mtwhf
            }
            src s {
            ip 10.0.0.1
            }
            dest d {
            domainlist white
            }
            rew r {
            s@a@b@i
            }
            acl {
            default {
            pass all
            pass none
            }
            }
            """
        let verdicts = try ImportedVerdicts(.squidguard, "s", ["s": text, "/db/white": "white.test\n"])
        let told = Set(verdicts.imported.lines.map(\.line))
        for line in [1, 2, 3, 5, 6, 8, 9, 11, 12, 15, 16, 17] { #expect(told.contains(line), "\(line)") }
        #expect(verdicts.line(17)?.outcome == .ignored)
    }

    static let broken = [
        "date 2026.12.31 - 2026.12.20", "date 2026.12.20 -", "date 2026.12.20 x", "date 2026.13.01", "date", "date 2026.12",
        "date *.12.1-*.12.3",
        "date 2026.12.20 2026.12.24", "date 08:00-12:00", "date 2026.02.30",
    ]

    @Test(arguments: broken) func brokenDatesAreErrors(_ date: String) {
        let text = "time t {\n\(date)\n}\nacl {\ndefault within t {\npass none\n}\n}\n"
        let imported = PolicyImport.read(.squidguard, path: "s", files: GivenFiles(["s": Array(text.utf8)]))
        #expect(imported.errors.first?.line == 2, "\(date): \(imported.text ?? "")")
    }
}
