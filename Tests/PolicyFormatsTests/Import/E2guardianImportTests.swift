import Testing

@testable import PolicyFormats

@Suite struct E2guardianImportTests {
    static let files = [
        "/conf/e2guardian.conf": """
        filtergroups = 3
        filtergroupslist = '/etc/e2guardian/lists/filtergroupslist'
        ipgroups = '/etc/e2guardian/lists/authplugins/ipgroups'
        bannediplist = '/etc/e2guardian/lists/bannediplist'
        exceptioniplist = '/etc/e2guardian/lists/exceptioniplist'
        filterports = 8080
        """,
        "/conf/lists/filtergroupslist": "# who\nalice=filter2\n",
        "/conf/lists/authplugins/ipgroups": "10.0.2.0/255.255.255.0 = filter2\n10.0.3.1-10.0.3.9 = filter3\n",
        "/conf/lists/bannediplist": "10.0.0.66\n",
        "/conf/lists/exceptioniplist": "10.0.0.1\n",
        "/conf/e2guardianf1.conf": """
        groupmode = 1
        groupname = 'everybody'
        bannedsitelist = '/etc/e2guardian/lists/bannedsitelist'
        bannedurllist = '/etc/e2guardian/lists/bannedurllist'
        bannedregexpurllist = '/etc/e2guardian/lists/bannedregexpurllist'
        bannedextensionlist = '/etc/e2guardian/lists/bannedextensionlist'
        bannedmimetypelist = '/etc/e2guardian/lists/bannedmimetypelist'
        greysitelist = '/etc/e2guardian/lists/greysitelist'
        exceptionsitelist = '/etc/e2guardian/lists/exceptionsitelist'
        exceptionregexpurllist = '/etc/e2guardian/lists/missing'
        weightedphraselist = '/etc/e2guardian/lists/weightedphraselist'
        naughtynesslimit = 50
        urlregexplist = '/etc/e2guardian/lists/urlregexplist'
        """,
        "/conf/e2guardianf2.conf": """
        .Define LISTDIR </etc/e2guardian/lists/group2>
        groupmode = 1
        sitelist = 'name=banned,messageno=500,path=__LISTDIR__/bannedsitelist'
        sitelist = 'name=localexception,path=__LISTDIR__/localexception'
        sitelist = 'name=exception,path=/etc/e2guardian/lists/exceptionsitelist'
        """,
        "/conf/e2guardianf3.conf": "groupmode = 0\n",
        "/conf/e2guardianf4.conf": "groupmode = 2\n",
        "/conf/lists/bannedsitelist": """
        #listcategory: "Banned"
        bad.example
        **
        *ip
        .Include</etc/e2guardian/lists/blacklists/porn/domains>
        .Include<blacklists/timed/domains>
        .Include<../../../etc/passwd>
        """,
        "/conf/lists/blacklists/porn/domains": "porn.example\n.Include</etc/e2guardian/lists/blacklists/porn/domains>\n",
        "/conf/lists/blacklists/timed/domains": "#time: 9 0 17 0 01234\nplay.example\n",
        "/conf/lists/bannedurllist": "mixed.example:8080/Adult/ # why\n",
        "/conf/lists/bannedregexpurllist": "(casino|^poker)\n\"a\"->\"b\"\n",
        "/conf/lists/bannedextensionlist": ".exe # programs\n.scr\n.tar.gz\n",
        "/conf/lists/bannedmimetypelist": "video/mpeg\n",
        "/conf/lists/greysitelist": "grey.bad.example\n",
        "/conf/lists/exceptionsitelist": "good.bad.example\n",
        "/conf/lists/weightedphraselist": "< sex ><50>\n", "/conf/lists/urlregexplist": "\n",
        "/conf/lists/group2/bannedsitelist": "two.example\nlocal.example\n",
        "/conf/lists/group2/localexception": "local.example\n",
    ]
    static let verdicts = Result { try ImportedVerdicts(.e2guardian, "/conf/", files) }

    static let questions = [
        ImportQuestion("http://other.example/", "10.9.9.9", "allow"), ImportQuestion("http://www.bad.example/", "10.9.9.9", "block"),
        ImportQuestion("http://good.bad.example/", "10.9.9.9", "allow"), ImportQuestion("http://grey.bad.example/", "10.9.9.9", "allow"),
        // Files are asked about on grey sites too, on exceptions not.
        ImportQuestion("http://grey.bad.example/x.EXE", "10.9.9.9", "block"),
        ImportQuestion("http://good.bad.example/x.exe", "10.9.9.9", "allow"),
        ImportQuestion("http://other.example/d/x.Tar.gz?v=1", "10.9.9.9", "block"),
        ImportQuestion("http://other.example/x.tar.gz.sig", "10.9.9.9", "allow"),
        ImportQuestion("http://other.example/x.gz?f=a.tar.gz", "10.9.9.9", "allow"),
        ImportQuestion("http://porn.example/", "10.9.9.9", "block"),
        ImportQuestion("http://play.example/", "10.9.9.9", at: "2026-11-23T10:00:00Z", "block"),
        ImportQuestion("http://play.example/", "10.9.9.9", at: "2026-11-23T17:00:30Z", "block"),
        ImportQuestion("http://play.example/", "10.9.9.9", at: "2026-11-23T17:01:00Z", "allow"),
        ImportQuestion("http://play.example/", "10.9.9.9", at: "2026-11-22T10:00:00Z", "allow"),
        ImportQuestion("http://mixed.example/adult/x", "10.9.9.9", "block"),
        ImportQuestion("http://www.mixed.example:81/ADULT", "10.9.9.9", "block"),
        ImportQuestion("http://mixed.example/adulthood", "10.9.9.9", "allow"),
        ImportQuestion("http://x.example/Casino", "10.9.9.9", "block"), ImportQuestion("http://poker.example/", "10.9.9.9", "block"),
        ImportQuestion("http://x.example/poker", "10.9.9.9", "allow"),
        ImportQuestion("http://other.example/", "10.0.0.66", "block"), ImportQuestion("http://bad.example/", "10.0.0.1", "allow"),
        ImportQuestion("http://two.example/", "10.0.2.5", "block"), ImportQuestion("http://local.example/", "10.0.2.5", "allow"),
        ImportQuestion("http://bad.example/", "10.0.2.5", "allow"), ImportQuestion("http://two.example/", "alice", "block"),
        ImportQuestion("http://other.example/", "10.0.3.9", "block"), ImportQuestion("http://other.example/", "10.0.3.10", "allow"),
    ]

    @Test(arguments: questions) func givesTheSameVerdict(_ question: ImportQuestion) throws {
        let verdicts = try E2guardianImportTests.verdicts.get()
        #expect(
            verdicts.verdict(question.url, question.client, at: question.at, method: question.method) == question.verdict,
            "\(verdicts.imported.text ?? "")")
    }

    static let outcomes: [(String, Int, ImportLine.Outcome)] = [
        ("e2guardian.conf", 1, .mapped), ("e2guardian.conf", 2, .mapped), ("e2guardian.conf", 6, .ignored),
        ("e2guardianf1.conf", 1, .mapped),
        ("e2guardianf1.conf", 3, .mapped), ("e2guardianf1.conf", 10, .unmapped), ("e2guardianf1.conf", 11, .unmapped),
        ("e2guardianf1.conf", 12, .unmapped), ("e2guardianf1.conf", 13, .unmapped), ("e2guardianf4.conf", 1, .ignored),
        ("lists/bannedsitelist", 2, .mapped), ("lists/bannedsitelist", 3, .unmapped), ("lists/bannedsitelist", 5, .mapped),
        ("lists/bannedsitelist", 7, .unmapped), ("lists/bannedregexpurllist", 2, .unmapped),
        ("lists/blacklists/porn/domains", 2, .unmapped),
        ("lists/blacklists/timed/domains", 1, .mapped), ("lists/bannedextensionlist", 1, .mapped),
    ]

    @Test(arguments: outcomes) func saysWhatBecomesOfALine(_ file: String, _ number: Int, _ outcome: ImportLine.Outcome) throws {
        let verdicts = try E2guardianImportTests.verdicts.get()
        let line = try #require(verdicts.line(number, "/conf/" + file))
        #expect(line.outcome == outcome, "\(line)")
    }

    /// What an include names is looked for below the directory and nowhere else.
    @Test(arguments: ["/etc/passwd", "../secret", "__LISTDIR__/../../../secret"]) func includesDoNotLeaveTheDirectory(_ name: String) {
        let files = [
            "/conf/e2guardianf1.conf": "bannedsitelist = 'lists/a'\n", "/conf/lists/a": ".Include<\(name)>\na.example\n",
            "/etc/passwd": "leaked.example\n", "/secret": "leaked.example\n", "/conf/../secret": "leaked.example\n",
        ]
        let imported = PolicyImport.read(.e2guardian, path: "/conf", files: GivenFiles(files.mapValues { Array($0.utf8) }))
        #expect(imported.text?.contains("leaked") == false)
        #expect(imported.lines.contains { $0.file == "/conf/lists/a" && $0.line == 1 && $0.outcome == .unmapped })
    }

    @Test func includesEndAtADepth() {
        var files = ["/conf/e2guardianf1.conf": "bannedsitelist = 'lists/l0'\n"]
        for depth in 0..<20 { files["/conf/lists/l\(depth)"] = "s\(depth).example\n.Include<l\(depth + 1)>\n" }
        let imported = PolicyImport.read(.e2guardian, path: "/conf", files: GivenFiles(files.mapValues { Array($0.utf8) }))
        #expect(imported.text?.contains("s7.example") == true)
        #expect(imported.text?.contains("s9.example") == false)
    }

    /// Long lists stay files.
    @Test func longListsAreNamedNotCopied() throws {
        let sites = (0..<300).map { "s\($0).example\n" }.joined()
        let verdicts = try ImportedVerdicts(
            .e2guardian, "/conf", ["/conf/e2guardianf1.conf": "bannedsitelist = 'lists/big'\n", "/conf/lists/big": sites])
        #expect(verdicts.imported.text?.contains("source: \"/conf/lists/big\", format: e2guardian") == true)
        #expect(verdicts.verdict("http://www.s299.example/", "10.0.0.1") == "block")
    }

    /// Entries that cannot be taken over are told, those of a forbidding list before all else.
    @Test func whatIsLeftOutOfForbiddingListsIsToldFirst() throws {
        let verdicts = try ImportedVerdicts(
            .e2guardian, "/conf",
            [
                "/conf/e2guardianf1.conf":
                    "bannedmimetypelist = 'lists/m'\nbannedextensionlist = 'lists/e'\nexceptionsitelist = 'lists/x'\n",
                "/conf/lists/m": "video\nvideo/mpeg\n", "/conf/lists/e": "a/b\n.exe\n", "/conf/lists/x": "**\n",
            ])
        let more = verdicts.imported.lines.filter(\.allowsMore)
        #expect(more.map(\.text) == ["video", "a/b"] || more.map(\.text) == ["a/b", "video"], "\(more)")
        #expect(verdicts.line(1, "/conf/lists/x")?.outcome == .unmapped)
    }

    @Test func saysThatItIsNoDirectory() {
        for files in [[:], ["/conf/readme": Array("x\n".utf8)]] as [[String: [UInt8]]] {
            let imported = PolicyImport.read(.e2guardian, path: "/conf", files: GivenFiles(files))
            #expect(imported.errors.first?.message.contains("neither e2guardianf1.conf nor a list") == true)
        }
    }

    /// A comment behind an entry is none of it, in expressions too, however long the list is.
    @Test(arguments: [0, 300]) func commentsBehindExpressionsAreCut(_ more: Int) throws {
        let list = "\\.exe$ # programs\n^poker # begins\na#b\n(?#note)slots\n" + (0..<more).map { "expression\($0)x\n" }.joined()
        let verdicts = try ImportedVerdicts(
            .e2guardian, "/conf", ["/conf/e2guardianf1.conf": "bannedregexpurllist = 'lists/r'\n", "/conf/lists/r": list])
        for url in ["http://x.test/setup.exe", "http://poker.test/", "http://x.test/slots", "http://x.test/expression7x"] {
            #expect(verdicts.verdict(url, "10.0.0.1") == (url.contains("7x") && more == 0 ? "allow" : "block"), "\(url)")
        }
        #expect(verdicts.verdict("http://x.test/programs", "10.0.0.1") == "allow")
    }

    /// A long list stays a file, which knows no times: where an exception would hold longer that is told.
    @Test(arguments: [("exceptionsitelist", true), ("bannedsitelist", false)]) func timesOfLongListsAreTold(_ key: String, _ more: Bool)
        throws
    {
        let list = ".Include<timed>\n" + (0..<300).map { "s\($0).test\n" }.joined()
        let verdicts = try ImportedVerdicts(
            .e2guardian, "/conf",
            [
                "/conf/e2guardianf1.conf": "\(key) = 'lists/l'\n", "/conf/lists/l": list,
                "/conf/lists/timed": "#time: 9 0 17 0 01234\nt.test\n",
            ])
        #expect(verdicts.line(1, "/conf/lists/l")?.allowsMore == more)
        #expect(verdicts.line(1, "/conf/lists/l")?.outcome == .differs)
    }

    /// Expressions that mean the same read as a file stay one.
    @Test func longListsOfPlainExpressionsStayFiles() throws {
        let list = (0..<300).map { "expression\($0)x\n" }.joined()
        let verdicts = try ImportedVerdicts(
            .e2guardian, "/conf", ["/conf/e2guardianf1.conf": "bannedregexpurllist = 'lists/r'\n", "/conf/lists/r": list])
        #expect(verdicts.imported.text?.contains("source: \"/conf/lists/r\", format: expressions") == true)
        #expect(verdicts.verdict("http://x.test/expression299x", "10.0.0.1") == "block")
    }

    static let folder = [
        "bannedsitelist": "bad.test\n.Include<more/banned>\n", "more/banned": "more.test\n", "bannedurllist": "mixed.test/adult\n",
        "bannedregexpurllist": "casino # games\n", "bannedextensionlist": ".exe # programs\n", "greysitelist": "grey.bad.test\n",
        "exceptionsitelist": "good.bad.test\n", "bannediplist": "10.0.0.66\n", "exceptioniplist": "10.0.0.1\n",
        "localbannedurllist": "local.test/x\n", "weightedphraselist": "< x ><50>\n", "notes": "anything\n",
    ]

    /// A folder of lists and nothing else: the lists of everybody's filter group, by their names.
    @Test(arguments: ["/l", "/l/", "/conf"]) func foldersOfListsAreRead(_ path: String) throws {
        let place = path == "/conf" ? "/conf/lists" : "/l"
        let files = Dictionary(uniqueKeysWithValues: E2guardianImportTests.folder.map { ("\(place)/\($0.key)", $0.value) })
        let verdicts = try ImportedVerdicts(.e2guardian, path, files)
        for (url, verdict) in [
            ("http://www.bad.test/", "block"), ("http://good.bad.test/", "allow"), ("http://grey.bad.test/", "allow"),
            ("http://more.test/", "block"), ("http://mixed.test/Adult/x", "block"), ("http://x.test/casino", "block"),
            ("http://x.test/a.exe", "block"), ("http://local.test/x", "block"), ("http://x.test/", "allow"),
        ] {
            #expect(verdicts.verdict(url, "10.0.0.9") == verdict, "\(url) \(verdicts.imported.text ?? "")")
            #expect(verdicts.verdict(url, "10.0.0.66") == "block")
            #expect(verdicts.verdict(url, "10.0.0.1") == "allow")
        }
        let told = verdicts.imported.lines.filter { $0.file == place }
        #expect(told.first?.note?.contains("no e2guardianf1.conf") == true)
        #expect(Set(told.map(\.text)).isSuperset(of: E2guardianImportTests.folder.keys.filter { !$0.contains("/") }), "\(told)")
        #expect(told.first { $0.text == "weightedphraselist" }?.allowsMore == true)
        #expect(told.first { $0.text == "notes" }?.outcome == .ignored)
    }

    /// What no group asks is told: groups of nobody, groups that ask no list, files nobody names, settings of included files.
    @Test func whatNothingUsesIsTold() throws {
        let files = [
            "/conf/e2guardianf1.conf": "groupmode = 2\nbannedsitelist = 'lists/a'\n.Include</etc/e2guardian/more.conf>\nodd\n",
            "/conf/more.conf": "bannedurllist = 'lists/b'\n.Include<gone.conf>\n",
            "/conf/e2guardianf2.conf": "bannedsitelist = 'lists/c'\n",
            "/conf/lists/a": "a.test\n", "/conf/lists/b": "b.test/x\n", "/conf/lists/c": "c.test\n", "/conf/lists/d": "d.test\n",
            "/conf/site.story": "function(x)\n",
        ]
        let verdicts = try ImportedVerdicts(.e2guardian, "/conf", files)
        func outcome(_ line: Int, _ file: String) -> ImportLine.Outcome? { verdicts.line(line, "/conf/\(file)")?.outcome }
        #expect(outcome(2, "e2guardianf1.conf") == .ignored && outcome(4, "e2guardianf1.conf") == .unmapped)
        #expect(outcome(1, "more.conf") == .ignored && verdicts.line(2, "/conf/more.conf")?.allowsMore == true)
        #expect(outcome(1, "e2guardianf2.conf") == .ignored && outcome(1, "lists/d") == .ignored && outcome(1, "lists/c") == nil)
        #expect(outcome(1, "site.story") == .unmapped)
    }
}
