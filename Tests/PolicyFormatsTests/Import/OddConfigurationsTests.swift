import Testing

@testable import PolicyFormats

/// Configurations of odd lines: whatever an import writes is a policy.
@Suite struct OddConfigurationsTests {
    private static let words = [
        "a", "b", "k", "all", "any", "none", "default", "null", "true", "off", "no", "~", "-", "2026-01-01", "=x.test", ".x.test", "x.test",
        "*.x.test", "..", ".", "x..test", "exämple.test", "10.0.0.1", "10.0.0.1-10.0.0.9/32", "10.0.0.9-10.0.0.1", "0/0", "::/0",
        "::ffff:10.0.0.0/104", "fd00::1-fd00::9", "10.0.0.0/255.0.255.0", "192.168.0.0/16", "host:80", "joe:x", "joe", "\u{7}x",
        "3C-22-FB-01-02-03",
        "3c:22:fb:01:02:03", "3c22fb010203", "GET", "get,post", "80", "1-65535", "443", "0", "M", "MTWHF", "08:00-12:00", "23:00-24:00",
        ".tar.gz",
        ".exe", "exe", "a/b", "video/mpeg", "^video/", "*/*", "/x", "x.test/a?b", "x.test/%zz", "(", "[", "a{2", "(?<n>a)", "\\<w\\>",
        "\\1", "a#b", "'q'",
        "\"q", "{", "}", "!a", "!b", "**", "*ip", "%s", "é", "\u{2028}", ": ", "- ", "&a", "*a", "|", ">", "`", "@x", "\\", "#c",
        "REQUIRED", "-i", "+i",
        "2026.12.24-2026.01.01", "2026.12.24", "*.12.24", "2026.*.01", "mondays", "mtwhf", "\u{feff}", "x_y.test", "xn--a.test", "1",
    ]

    private struct Line {
        var random: SeededGenerator

        mutating func word() -> String { OddConfigurationsTests.words.randomElement(using: &random) ?? "a" }
        mutating func some(_ most: Int = 4) -> String {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in word() }.joined(separator: " ")
        }
        mutating func one(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
        /// One of those that fit, now and then any.
        mutating func fit(_ choices: [String]) -> String { Int.random(in: 0..<24, using: &random) == 0 ? word() : one(choices) }
        mutating func lines(_ most: Int, _ line: (inout Line) -> String) -> String {
            (0..<Int.random(in: 1...most, using: &random)).map { _ in line(&self) }.joined(separator: "\n") + "\n"
        }
    }

    private static func squid(_ line: inout Line) -> [String: String] {
        let names = ["a", "b", "k", "a-b", "default", "2026-01-01"]
        // A name keeps its type: two of them would be an error of the configuration.
        let types = [
            "src", "arp", "proxy_auth", "dstdomain", "dst", "dstdom_regex", "url_regex", "urlpath_regex", "port", "method", "proto", "time",
            "browser",
            "rep_mime_type", "any-of", "all-of",
        ]
        var text = ""
        for name in names {
            let type = line.one(types)
            text += line.lines(2) { "acl \(name) \(type) \($0.some())" }
        }
        text += line.lines(6) { line in
            let tests = (0..<Int.random(in: 0...3, using: &line.random)).map { _ in line.one(["", "!"]) + line.one(names) }
            return
                "\(line.one(["http_access", "http_access", "http_reply_access"])) \(line.one(["allow", "deny"])) \(tests.joined(separator: " "))"
        }
        return ["conf": text + "http_access deny all\n"]
    }

    private static func squidguard(_ line: inout Line) -> [String: String] {
        let dates = ["weekly mtwhf 08:00-12:00", "weekly *", "date *-12-24", "date 2026.12.24-2027.01.02", "weekly mondays 09:00-10:00"]
        var text = "dbhome /db\ntime t {\n" + line.lines(2) { $0.fit(dates) } + "}\n"
        for name in ["k", "default", "a-b"] {
            text += "src \(name)\(line.one(["", " within t"])) {\n"
            text += line.lines(3) { line in
                switch line.one(["ip", "user", "list", "domain"]) {
                case "ip":
                    "ip \(line.fit(["10.0.0.1", "10.0.0.0/24", "10.0.0.9-10.0.1.3", "fd00::/8", "::ffff:10.0.0.0/104", "0.0.0.0/0"]))"
                case "user": "user \(line.some(2))"
                case "list": "userlist users"
                default: "domain \(line.word())"
                }
            }
            text += "}\n"
        }
        text += "dest d\(line.one(["", " outside t"])) {\n"
        text += line.lines(3) { "\($0.one(["domainlist", "urllist", "expressionlist", "redirect"])) \($0.one(["d", "é x", "urls", "-"]))" }
        text += "}\nacl {\nk\(line.one(["", " within t"])) {\npass \(line.one(["d", "!d", "all", "none", "in-addr", "!dnsbl:x", "any"]))"
        text +=
            " \(line.one(["d", "!d", "all", "none", ""]))\n}\n\(line.one(["", "else { pass none }"]))\ndefault {\npass \(line.one(["d", "none", "any"]))\n}\n}\n"
        return ["conf": text, "/db/users": line.lines(4) { $0.some(2) }]
    }

    private static func e2guardian(_ line: inout Line) -> [String: String] {
        let kinds = [
            "bannedsitelist", "bannedurllist", "bannedregexpurllist", "bannedextensionlist", "bannedmimetypelist", "greysitelist",
            "exceptionurllist",
        ]
        var files = [
            "conf/e2guardian.conf": "filtergroupslist = 'lists/groups'\nbannediplist = 'lists/ips'\n",
            "conf/e2guardianf1.conf": kinds.map { "\($0) = 'lists/\($0)'\n" }.joined(),
            "conf/e2guardianf2.conf": "groupmode = \(line.one(["0", "1", "2", "x"]))\nbannedsitelist = 'lists/bannedsitelist'\n",
        ]
        files["conf/lists/groups"] = line.lines(4) { "\($0.word())\($0.one(["=", " = ", ""]))\($0.one(["filter2", "filter1", "2"]))" }
        files["conf/lists/ips"] = line.lines(3) { $0.some(2) }
        for kind in kinds { files["conf/lists/\(kind)"] = line.lines(5) { "\($0.one(["", "", "#time: 9 0 17 0 01234\n"]))\($0.some(2))" } }
        return files
    }

    @Test(arguments: PolicyImport.Origin.allCases) func whatIsWrittenIsAPolicy(_ origin: PolicyImport.Origin) {
        var line = Line(random: SeededGenerator(state: 42))
        var written = 0
        for _ in 0..<250 {
            let (files, path) =
                switch origin {
                case .squid: (OddConfigurationsTests.squid(&line), "conf")
                case .squidguard: (OddConfigurationsTests.squidguard(&line), "conf")
                case .e2guardian: (OddConfigurationsTests.e2guardian(&line), "conf")
                }
            let imported = PolicyImport.read(origin, path: path, files: GivenFiles(files.mapValues { Array($0.utf8) }))
            guard let text = imported.text else {
                #expect(!imported.errors.isEmpty, "neither a policy nor an error: \(files)")
                continue
            }
            written += 1
            let reading = PolicyReader.read(text, file: "imported.yaml", zones: FileZones())
            #expect(reading.errors.isEmpty, "\(reading.errors)\n\(text)\n\(files)")
            if !reading.errors.isEmpty { return }
        }
        // Most odd lines are told and left out; only some end the import.
        #expect(written > 25, "\(written)")
    }
}
