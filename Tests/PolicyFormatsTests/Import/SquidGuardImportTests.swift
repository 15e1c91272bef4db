import Testing

@testable import PolicyFormats

@Suite struct SquidGuardImportTests {
    static let configuration = """
        # an office
        dbhome /var/lib/squidguard/db
        logdir /var/log/squidguard

        time work {
            weekly mtwhf 08:00 - 12:00 13:00-16:30
            date *-12-24
        }
        src boss {
            ip 10.0.0.5
        }
        src staff {
            ip 10.0.0.0/24
            log anonymous staff.log
        }
        src lab {
            ip 10.0.1.10-10.0.1.20
            ip 10.0.2.0/255.255.255.0
            iplist clients/lab
        }
        src joe { user joe jane
        }
        src night within work { ip 10.0.3.0/24
        }
        src elsewhere {
            domain corp.example
        }
        dest adult {
            domainlist adult/domains
            urllist adult/urls
            expressionlist adult/expressions
            redirect http://proxy/adult
        }
        dest good {
            domainlist good/list.txt
        }
        rew search {
            s@(google.example/search.*)@\\1\\&safe=active@i
        }
        acl {
            boss {
                pass any
            }
            staff within work {
                pass good !adult none
            } else {
                pass !adult any
            }
            lab within work {
                pass !in-addr good none
                redirect http://proxy/lab?a=%a
            }
            joe {
                pass !adult
                rewrite search
            }
            night {
                pass none
            }
            default {
                pass good none
                redirect http://proxy/blocked
            }
        }
        """
    static let files = [
        "squidGuard.conf": configuration,
        "/var/lib/squidguard/db/adult/domains": "bad.example\n.evil.example\n",
        "/var/lib/squidguard/db/adult/urls": "mixed.example/adult\n",
        "/var/lib/squidguard/db/adult/expressions": "(casino|^poker)\n\\<slots\\>\n",
        "/var/lib/squidguard/db/good/list.txt": "good.example\ngood.bad.example\n",
        "/var/lib/squidguard/db/clients/lab": "# more of them\n10.0.9.9\n",
    ]
    static let verdicts = Result { try ImportedVerdicts(.squidguard, "squidGuard.conf", files) }

    /// Monday 10:00, 12:30 (lunch), 20:00; Thursday 24 December 20:00 is a whole day of "work".
    static let monday = "2026-11-23T10:00:00Z"
    static let lunch = "2026-11-23T12:30:00Z"
    static let evening = "2026-11-23T20:00:00Z"
    static let eve = "2026-12-24T20:00:00Z"

    /// What squidGuard 1.6.0 answers, by its documentation; the first of its `src` decides.
    static let questions = [
        ImportQuestion("http://bad.example/", "10.0.0.5", "allow"),
        ImportQuestion("http://good.example/", "10.0.0.6", at: monday, "allow"),
        ImportQuestion("http://other.example/", "10.0.0.6", at: monday, "block"),
        ImportQuestion("http://good.bad.example/", "10.0.0.6", at: monday, "allow"),
        ImportQuestion("http://www.bad.example/", "10.0.0.6", at: monday, "block"),
        ImportQuestion("http://other.example/", "10.0.0.6", at: lunch, "allow"),
        ImportQuestion("http://good.bad.example/", "10.0.0.6", at: lunch, "block"),
        ImportQuestion("http://mixed.example/Adult/x", "10.0.0.6", at: evening, "block"),
        ImportQuestion("http://mixed.example/other", "10.0.0.6", at: evening, "allow"),
        ImportQuestion("http://x.example/CASINO", "10.0.0.6", at: evening, "block"),
        ImportQuestion("http://poker.example/", "10.0.0.6", at: evening, "block"),
        // The edges of words are glibc's own.
        ImportQuestion("http://x.example/a-slots-b", "10.0.0.6", at: evening, "block"),
        ImportQuestion("http://x.example/bigslots", "10.0.0.6", at: evening, "allow"),
        ImportQuestion("http://other.example/", "10.0.0.6", at: eve, "block"),
        ImportQuestion("http://other.example/", "10.0.0.6", at: "2026-11-23T16:29:59Z", "block"),
        ImportQuestion("http://other.example/", "10.0.0.6", at: "2026-11-23T16:30:00Z", "allow"),
        ImportQuestion("http://192.0.2.1/", "10.0.1.10", at: monday, "block"),
        ImportQuestion("http://good.example/", "10.0.1.20", at: monday, "allow"),
        ImportQuestion("http://good.example/", "10.0.2.77", at: monday, "allow"),
        ImportQuestion("http://other.example/", "10.0.9.9", at: monday, "block"),
        // Out of the time and without an else the default's list is asked.
        ImportQuestion("http://good.example/", "10.0.1.10", at: evening, "allow"),
        ImportQuestion("http://192.0.2.1/", "10.0.1.10", at: evening, "block"),
        // Not a lab client: the default's.
        ImportQuestion("http://good.example/", "10.0.1.21", "allow"), ImportQuestion("http://other.example/", "10.0.1.9", "block"),
        // A list that names no end lets the rest pass.
        ImportQuestion("http://other.example/", "joe", "allow"), ImportQuestion("http://bad.example/", "jane", "block"),
        // A src that holds within a time is nobody's outside it.
        ImportQuestion("http://good.example/", "10.0.3.3", at: monday, "block"),
        ImportQuestion("http://good.example/", "10.0.3.3", at: evening, "allow"),
        ImportQuestion("https://bad.example/", "10.0.0.6", at: evening, method: "CONNECT", "block"),
    ]

    @Test(arguments: questions) func givesTheSameVerdict(_ question: ImportQuestion) throws {
        let verdicts = try SquidGuardImportTests.verdicts.get()
        #expect(
            verdicts.verdict(question.url, question.client, at: question.at, method: question.method) == question.verdict,
            "\(verdicts.imported.text ?? "")")
    }

    /// Lines of clients that cannot be told are in the preview, and those that forbid stand first; acl blocks add up.
    @Test func linesOfUnknownClientsAreTold() throws {
        let text = """
            src k { domain corp.test
            }
            src m { ip 10.0.0.1
            }
            acl {
            k { pass none
            }
            }
            acl {
            m { pass !dnsbl:x any
            }
            default { pass any
            }
            }
            """
        let verdicts = try ImportedVerdicts(.squidguard, "s", ["s": text])
        #expect(verdicts.imported.lines.filter(\.allowsMore).map(\.line) == [6, 10])
        #expect(verdicts.imported.text?.contains("  m:\n") == true)
    }

    /// The same time with the clients and with what they may do: one condition, and what stands in its "else" never holds.
    @Test(arguments: [
        ("within work { pass any } else { pass none }", "pass none", "allow", "block"),
        ("outside work { pass any } else { pass none }", "pass any", "block", "allow"),
        ("within work { pass any }", "pass none", "allow", "block"), ("outside work { pass none }", "pass any", "allow", "allow"),
    ]) func theSameTimeTwiceIsOne(_ access: String, _ standard: String, _ working: String, _ resting: String) throws {
        let text = """
            time work { weekly mtwhf 08:00-16:30
            }
            src k within work { ip 10.0.0.0/24
            }
            acl {
            k \(access)
            default { \(standard)
            redirect http://proxy/
            }
            }
            """
        let verdicts = try ImportedVerdicts(.squidguard, "s", ["s": text])
        let policy = try #require(verdicts.imported.text)
        #expect(verdicts.verdict("http://x.example/", "10.0.0.1", at: SquidGuardImportTests.monday) == working, "\(policy)")
        #expect(verdicts.verdict("http://x.example/", "10.0.0.1", at: SquidGuardImportTests.evening) == resting, "\(policy)")
        #expect(!policy.contains("except-during") || !policy.contains("during: [work]\n        except-during: [work]"), "\(policy)")
        #expect(!verdicts.imported.lines.contains { $0.outcome == .unmapped }, "\(verdicts.imported.lines)")
    }

    static let outcomes: [(String, ImportLine.Outcome)] = [
        ("dbhome", .mapped), ("logdir", .ignored), ("weekly", .mapped), ("date", .mapped), ("ip 10.0.0.5", .mapped),
        ("log anonymous", .ignored),
        ("iplist", .mapped), ("domain corp", .unmapped), ("domainlist adult", .mapped), ("urllist", .differs),
        ("redirect http://proxy/adult", .differs),
        ("rew search", .unmapped), ("s@", .unmapped), ("pass any", .mapped), ("pass good !adult none", .mapped),
        ("redirect http://proxy/lab", .differs),
        ("rewrite search", .unmapped), ("pass good none", .mapped), ("src joe", .differs),
    ]

    @Test(arguments: outcomes) func saysWhatBecomesOfALine(_ text: String, _ outcome: ImportLine.Outcome) throws {
        let verdicts = try SquidGuardImportTests.verdicts.get()
        let line = try #require(verdicts.imported.lines.first { $0.text.hasPrefix(text) }, "\(text)")
        #expect(line.outcome == outcome, "\(line)")
        #expect(line.outcome == .mapped ? line.becomes != nil : line.note != nil)
    }

    @Test func everyLineIsInThePreview() throws {
        let verdicts = try SquidGuardImportTests.verdicts.get()
        let told = Set(verdicts.imported.lines.filter { $0.file == "squidGuard.conf" }.map(\.line))
        for (index, line) in SquidGuardImportTests.configuration.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let text = line.trimmingBlanks
            if text.isEmpty || text.hasPrefix("#") || text == "}" || text == "acl {" { continue }
            #expect(told.contains(index + 1), "\(index + 1): \(text)")
        }
    }

    @Test func namesTheLineOfEachRule() throws {
        let text = try #require(try SquidGuardImportTests.verdicts.get().imported.text)
        #expect(text.contains(": pass good !adult none"))
        #expect(text.contains("adult:  # squidGuard.conf:"))
        #expect(text.contains("work:  # squidGuard.conf:5"))
    }

    static let broken: [(String, Int, String)] = [
        ("src a {\n ip 10.0.0.1\n", 1, "has no }"), ("}\n", 1, "no block to end"),
        ("src a {\n ip 10.0.0.300\n}\nacl {\n}\n", 2, "no address"),
        ("acl {\n default {\n  pass !adlut all\n }\n}\ndest adult {\n}\n", 3, "did you mean \"adult\"?"),
        ("acl {\n kids {\n  pass all\n }\n}\n", 2, "there is no src \"kids\""),
        ("time w {\n weekly mtwhf 8h-9h\n}\nacl {\n}\n", 2, "no time of day"), ("time w {\n weekly xyz\n}\nacl {\n}\n", 2, "names no days"),
        ("src a within never {\n}\nacl {\n}\n", 1, "there is no time \"never\""), ("foo {\n}\nacl {\n}\n", 1, "no block of squidGuard's"),
        ("dbhome /x\n", 1, "no acl block"), ("<html><body>\n", 1, "a web page"),
        ("src a {\n iplist missing\n}\nacl {\n}\n", 2, "there is no such file"),
    ]

    @Test(arguments: broken) func saysWhereItIsBroken(_ text: String, _ line: Int, _ message: String) {
        let imported = PolicyImport.read(.squidguard, path: "x.conf", files: GivenFiles(["x.conf": Array(text.utf8)]))
        #expect(imported.text == nil)
        #expect(imported.errors.contains { $0.line == line && $0.file == "x.conf" && $0.message.contains(message) }, "\(imported.errors)")
    }

    @Test func listsMoveToAnotherFolder() throws {
        let files = GivenFiles(SquidGuardImportTests.files.mapValues { Array($0.utf8) })
        let text = try #require(PolicyImport.read(.squidguard, path: "squidGuard.conf", files: files, lists: "squidguard").text)
        #expect(text.contains("source: \"squidguard/adult/domains\", format: squidguard"))
        #expect(!text.contains("\"/var/lib"))
    }

    /// Whatever the bytes, an import ends with a policy that can be read or with errors.
    @Test(arguments: PolicyImport.Origin.allCases) func survivesAnyBytes(_ origin: PolicyImport.Origin) {
        var random = SeededGenerator(state: 7)
        let pieces = [
            "src a", "{", "}", "\n", "acl", "pass", "!a", "all", "within", "time", "weekly", "mtwhf", "08:00-16:30", "http_access", "allow",
            "deny",
            "acl a src", "10.0.0.0/8", "dstdomain", ".a.example", "time MTWHF", "\"x\"", "port", "1-2", "bannedsitelist = 'x'", "#", "\\",
            "\u{0}", "é",
            "default", "redirect", "-", "url_regex", "(", "[", "include *", "a", "else", "http_access deny all\n",
            "acl {\n default {\n pass all\n }\n}\n",
        ]
        for _ in 0..<600 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined(
                separator: Bool.random(using: &random) ? " " : "\n ")
            let files = GivenFiles(["d/e2guardianf1.conf": Array(text.utf8), "d": Array(text.utf8), "x": Array(text.utf8)])
            let imported = PolicyImport.read(origin, path: "d", files: files)
            if let text = imported.text {
                let reading = PolicyReader.read(text, file: "x", zones: FileZones())
                #expect(reading.errors.isEmpty, "\(reading.errors) \(text)")
            } else {
                #expect(!imported.errors.isEmpty)
            }
        }
    }
}
