import PolicyCore
import Testing

@testable import PolicyFormats

/// Every kind of error, where it is reported and what is said.
struct DiagnosticsTests {
    struct Wrong: CustomTestStringConvertible, Sendable {
        let text: String
        let line: Int
        let column: Int
        let says: String
        var testDescription: String { says }

        init(_ text: String, _ line: Int, _ column: Int, _ says: String) {
            self.text = text
            self.line = line
            self.column = column
            self.says = says
        }
    }

    static let head = "weir: 1\ngroups: { default: {} }\n"

    static func rule(_ rule: String) -> String { "weir: 1\ngroups:\n  default:\n    rules:\n      - \(rule)\n" }

    static let table: [Wrong] = [
        Wrong("", 1, 1, "nothing"),
        Wrong("[]", 1, 1, "a policy must be a mapping"),
        Wrong("weir: 2\ngroups: { default: {} }", 1, 7, "weir: 1"),
        Wrong("weir: 1\ngroups: { default: {} }\ngroups: {}\n", 3, 1, "\"groups\" is written twice, first on line 2"),
        Wrong(head + "grups: {}\n", 3, 1, "unknown key \"grups\" in a policy; did you mean \"groups\"?"),
        Wrong(head + "clients: [a]\n", 3, 10, "must be a mapping"),
        Wrong(head + "clients: { all: {} }\n", 3, 12, "reserved"),
        Wrong(head + "clients: { Ab: {} }\n", 3, 12, "did you mean \"ab\"?"),
        Wrong(head + "clients: { -a: {} }\n", 3, 12, "is no name"),
        Wrong(head + "clients: { a: { group: defualt } }\n", 3, 24, "there is no group \"defualt\"; did you mean \"default\"?"),
        Wrong(head + "clients: { a: { addresses: 10.0.0 } }\n", 3, 28, "neither an address"),
        Wrong(head + "clients: { a: { macs: [12] } }\n", 3, 24, "no MAC address"),
        Wrong(head + "clients: { a: { users: [\"a:b\"] } }\n", 3, 25, "neither colons"),
        Wrong(head + "clients: { a: { users: x }, b: { users: x } }\n", 3, 41, "x already belongs to \"a\" (line 3)"),
        Wrong(head + "clients: { a: { macs: 3c:22:fb:01:02:03 }, b: { macs: 3C-22-FB-01-02-03 } }\n", 3, 55, "already belongs to \"a\""),
        Wrong(head + "clients: { a: { addresses: 10.0.0.0/24 }, b: { addresses: 10.0.0.9/24 } }\n", 3, 59, "already belongs to \"a\""),
        Wrong("weir: 1\ngroups: { default: { default: warn } }\n", 2, 31, "default is allow, block"),
        Wrong("weir: 1\ngroups: { default: { safe-search: maybe } }\n", 2, 35, "on or off"),
        Wrong("weir: 1\ngroups: { default: { youtube: strickt } }\n", 2, 31, "did you mean \"strict\"?"),
        Wrong("weir: 1\ngroups: { default: { record: all } }\n", 2, 30, "record is url, site"),
        Wrong("weir: 1\ngroups: { default: { inspect: on } }\n", 2, 31, "does not intercept"),
        Wrong("weir: 1\ngroups: { default: { inspect: [banking] } }\n", 2, 31, "does not intercept"),
        Wrong("weir: 1\ngroups: { default: { opaque: 1 } }\n", 2, 30, "opaque is allow, block"),
        Wrong("weir: 1\ngroups: { default: { inherit: default } }\n", 2, 31, "inherits itself"),
        Wrong("weir: 1\ngroups: { default: {}, a: { inherit: b }, b: { inherit: a } }\n", 2, 38, "inherits itself"),
        Wrong(rule("text"), 5, 9, "a rule is a verb"),
        Wrong(rule("{ only: default }"), 5, 9, "a rule needs a verb"),
        Wrong(rule("{ blok: all }"), 5, 11, "did you mean \"block\"?"),
        Wrong(rule("{ block: all, allow: all }"), 5, 23, "one verb"),
        Wrong(rule("{ block: }"), 5, 18, "names no target"),
        Wrong(rule("{ block: gambling }"), 5, 18, "no category \"gambling\""),
        Wrong(rule("{ block: 'sites:x.test' }"), 5, 18, "did you mean \"site\"?"),
        Wrong(rule("{ block: 'site:' }"), 5, 18, "target"),
        Wrong(rule("{ block: 'site:a b' }"), 5, 18, "not a host name"),
        Wrong(rule("{ block: 'url:x.test/a b' }"), 5, 18, "not a path"),
        Wrong(rule("{ block: 'expr:a(b' }"), 5, 18, "does not compile"),
        Wrong(rule("{ block: 'type:video' }"), 5, 18, "target"),
        Wrong(rule("{ block: 'ext:a/b' }"), 5, 18, "target"),
        Wrong(rule("{ block: 'port:65536' }"), 5, 18, "target"),
        Wrong(rule("{ block: 'port:0' }"), 5, 18, "target"),
        Wrong(rule("{ block: 'method:A B' }"), 5, 18, "target"),
        Wrong(rule("{ block: all, only: [] }"), 5, 29, "empty"),
        Wrong(rule("{ block: all, only: defult }"), 5, 29, "did you mean \"default\"?"),
        Wrong(rule("{ block: all, during: x }"), 5, 31, "there is no schedule \"x\""),
        Wrong(rule("{ block: all, during: }"), 5, 31, "empty"),
        Wrong(rule("{ block: all, except-during: x }"), 5, 38, "there is no schedule"),
        Wrong(rule("{ block: all, except: x }"), 5, 31, "there is no category"),
        Wrong(rule("{ block: all, reason: [a] }"), 5, 31, "a reason must be text"),
        Wrong(rule("{ block: all, final: true }"), 5, 23, "house rules alone"),
        Wrong(rule("{ block: all, for: 15m }"), 5, 23, "belongs to \"warn\""),
        Wrong(rule("{ block: all, to: 1h per day }"), 5, 23, "belongs to \"limit\""),
        Wrong(rule("{ warn: all, for: soon }"), 5, 27, "no time a warning"),
        Wrong(rule("{ warn: all, for: 0m }"), 5, 27, "no time a warning"),
        Wrong(rule("{ limit: all }"), 5, 11, "needs its budget"),
        Wrong(rule("{ limit: all, to: 1h a day }"), 5, 27, "no budget"),
        Wrong(rule("{ limit: all, to: 0m per day }"), 5, 27, "no budget"),
        Wrong(rule("{ limit: all, to: -1h per day }"), 5, 27, "no budget"),
        Wrong(rule("{ limit: all, to: 99999999999999999999GB per day }"), 5, 27, "no budget"),
        Wrong(rule("{ limit: all, to: 999999999TB per day }"), 5, 27, "no budget"),
        Wrong(rule("{ limit: all, to: 61m per hour }"), 5, 27, "no hour is that long"),
        Wrong(rule("{ limit: all, to: 25h1m per day }"), 5, 27, "no day is that long"),
        Wrong(rule("{ limit: all, to: 8d per week }"), 5, 27, "no week is that long"),
        Wrong(rule("{ limit: all, to: 30m per hour, resets: \"04:00\" }"), 5, 41, "an hour has none"),
        Wrong(rule("{ limit: all, to: 1h per day, resets: \"24:00\" }"), 5, 47, "no time of day"),
        Wrong(rule("{ limit: all, to: 1h per day, shared: x }"), 5, 47, "on or off"),
        Wrong(head + "schedules: { s: {} }\n", 3, 14, "never be open"),
        Wrong(head + "schedules: { 2026-01-01: { dates: 2026-01-01 } }\n", 3, 14, "named like a date"),
        Wrong(head + "schedules: { s: { weekly: [] } }\n", 3, 27, "empty"),
        Wrong(head + "schedules: { s: { weekly: mon } }\n", 3, 27, "a window is"),
        Wrong(head + "schedules: { s: { weekly: { days: mon-foo } } }\n", 3, 35, "neither a day"),
        Wrong(head + "schedules: { s: { weekly: { days: tu } } }\n", 3, 35, "did you mean \"tue\"?"),
        Wrong(head + "schedules: { s: { weekly: { from: \"24:00\" } } }\n", 3, 35, "no time of day"),
        Wrong(head + "schedules: { s: { weekly: { to: \"24:01\" } } }\n", 3, 33, "no time of day"),
        Wrong(head + "schedules: { s: { weekly: { from: 9 } } }\n", 3, 35, "no time of day"),
        Wrong(head + "schedules: { s: { dates: 2026-13-01 } }\n", 3, 26, "no date"),
        Wrong(head + "schedules: { s: { dates: \"*-02-30\" } }\n", 3, 26, "no date"),
        Wrong(head + "schedules: { s: { dates: { from: 2026-02-01 } } }\n", 3, 26, "needs \"to\""),
        Wrong(head + "schedules: { s: { dates: { from: 2026-02-02, to: 2026-02-01 } } }\n", 3, 26, "before it begins"),
        Wrong(head + "schedules: { s: { dates: 2026-02-01, except: [t] } }\n", 3, 47, "there is no schedule \"t\""),
        Wrong(head + "schedules: { s: { dates: 2026-02-01, except: s } }\n", 3, 46, "excepts itself"),
        Wrong(head + "schedules: { s: { dates: 2026-02-01, timezone: Mars/Sea } }\n", 3, 48, "there is no time zone"),
        Wrong(head + "lists: { l: {} }\n", 3, 10, "needs a \"source\""),
        Wrong(head + "lists: { l: { source: \"ftp://x.test/l\" } }\n", 3, 23, "a path or an https address"),
        Wrong(head + "lists: { l: { source: x, format: host } }\n", 3, 34, "did you mean \"hosts\"?"),
        Wrong(head + "lists: { l: { source: x, refresh: often } }\n", 3, 35, "no time between"),
        Wrong(head + "lists: { l: { source: x, format: hosts, match: exact } }\n", 3, 41, "\"match\""),
        Wrong(head + "lists: { l: { source: x, required: perhaps } }\n", 3, 36, "on or off"),
        Wrong(head + "categories: { c: { lists: utl/x } }\nlists: { ut1: { source: x } }\n", 3, 27, "did you mean \"ut1\"?"),
        Wrong(head + "categories: { c: { lists: l/x } }\nlists: { l: { source: x, format: hosts } }\n", 3, 27, "has no members"),
        Wrong(head + "categories: { c: { lists: l/../x } }\nlists: { l: { source: x } }\n", 3, 27, "no member's name"),
        Wrong(head + "categories: { c: { sites: [\"exa mple\"] } }\n", 3, 28, "not a host name"),
        Wrong(head + "categories: { c: { sites: 10.0.0.0/33 } }\n", 3, 27, "not"),
        Wrong(head + "categories: { c: { urls: \"https://x.test/a\" } }\n", 3, 26, "https://x.test/a"),
        Wrong(head + "categories: { c: { sites: \"https://x.test/\" } }\n", 3, 27, "https://x.test/"),
        Wrong(head + "categories: { c: { sites: \"x.test/a\" } }\n", 3, 27, "x.test/a"),
        Wrong(head + "categories: { c: { expressions: [[a]] } }\n", 3, 34, "must be text, not a list"),
        Wrong(head + "categories: { c: { except: { site: x } } }\n", 3, 30, "did you mean \"sites\"?"),
        Wrong(head + "categories: { uncategorized: {} }\n", 3, 15, "reserved"),
        Wrong(head + "rules: { block: x }\n", 3, 17, "no category \"x\""),
        Wrong("weir: 1\n\tgroups: {}\n", 2, 1, "not YAML"),
        Wrong("weir: 1\ngroups: { default: { users: *x } }\n", 2, 29, "alias"),
        Wrong("weir: 1\ncategories: { c: { sites: [*.x.test] } }\n", 2, 29, "written in quotes"),
    ]

    @Test(arguments: table) func place(_ wrong: Wrong) throws {
        let reading = PolicyReader.read(wrong.text, file: "p.yaml", zones: FileZones())
        #expect(reading.document == nil)
        let error = try #require(reading.errors.first)
        #expect(error.message.contains(wrong.says), "\(reading.errors)")
        #expect(error.line == wrong.line && error.column == wrong.column, "\(error)")
        #expect(reading.errors.count == 1, "\(reading.errors)")
        #expect("\(error)" == "p.yaml:\(wrong.line):\(wrong.column): \(error.message)")
    }

    /// Doubled keys do not hide one another, nor anything else.
    @Test func allAtOnce() {
        let text = """
            weir: 1
            timezone: Nowhere
            clients:
              a: { group: default, group: x }
              b: { gruop: default }
              "b": {}
            groups:
              default:
                default: block
                default: allow
                'default': allow
              default: {}
              kids: { rules: [ { block: x } ] }
            """
        let reading = PolicyReader.read(text, file: "p", zones: FileZones())
        #expect(reading.errors.map(\.line) == [2, 4, 5, 6, 10, 11, 12, 13], "\(reading.errors)")
        #expect(reading.errors[1].column == 24)
    }

    struct Advice: Sendable {
        let text: String
        let line: Int
        let says: String
    }

    static let advices: [Advice] = [
        Advice(text: rule("{ block: all }\n      - allow: 'site:x.test'"), line: 6, says: "never reached: the rule on line 5"),
        Advice(text: rule("{ allow: 'site:x.test' }") + "rules: [ { warn: all } ]\n", line: 5, says: "never reached"),
        Advice(text: rule("{ block: 'site:x.test', except: 'url:x.test/a' }"), line: 5, says: "never acts on HTTPS"),
        Advice(text: rule("{ block: 'site:x.test', except: ['type:image/*'] }"), line: 5, says: "media type"),
        Advice(text: rule("{ block: 'site:x.test', except: 'ext:png' }"), line: 5, says: "the path"),
        Advice(text: rule("{ block: 'site:x.test', except: p }") + paths, line: 5, says: "\"p\" excepts nothing there"),
        Advice(text: rule("{ block: 'site:x.test', except: 'method:POST' }"), line: 5, says: "the method is not known"),
        Advice(text: rule("{ block: 'ext:exe' }"), line: 5, says: "never acts on HTTPS: inside a tunnel the path is not known"),
        Advice(text: rule("{ allow: 'url:x.test/y' }"), line: 5, says: "\"url:x.test/y\" cannot match there"),
        Advice(text: rule("{ block: 'type:video/*' }"), line: 5, says: "the media type is not known"),
        Advice(text: rule("{ limit: 'type:video/*', to: 1h per day }"), line: 5, says: "the media type is not known"),
        Advice(text: rule("{ warn: 'method:POST' }"), line: 5, says: "the method is not known"),
        Advice(text: rule("{ block: ['ext:exe', 'url:x.test/y', 'type:video/*'] }"), line: 5, says: "the path and the media type are not"),
        Advice(text: rule("{ block: p }") + paths, line: 5, says: "never acts on HTTPS"),
        Advice(text: rule("{ block: 'ext:exe', except: 'url:x.test/y' }"), line: 5, says: "never acts on HTTPS"),
        Advice(text: rule("{ block: ['site:x.test', 'method:delete'] }"), line: 5, says: "never matches DELETE"),
        Advice(text: rule("{ block: 'site:x.test', only: a }") + "  a: {}\n", line: 5, says: "never applies"),
        Advice(text: rule("{ limit: all, to: 24h per day }"), line: 5, says: "never used up"),
        Advice(text: rule("{ limit: all, to: 25h per day }"), line: 5, says: "never used up"),
        Advice(text: rule("{ limit: all, to: 60m per hour }"), line: 5, says: "never used up"),
        Advice(text: rule("{ block: 'expr:(a+)+$' }"), line: 5, says: "backtracks"),
        Advice(text: rule("{ block: 'site:x.test', except: 'expr:^/x' }"), line: 5, says: "can never match"),
        Advice(
            text: "weir: 1\ngroups:\n  default:\n    safe-search: on\n", line: 4,
            says: "cannot restrict cn.bing.com, html.duckduckgo.com, lite.duckduckgo.com, search.yahoo.com over HTTPS"),
        Advice(
            text: "weir: 1\ngroups:\n  default:\n    rules: [ { block: ['site:yahoo.com', open] } ]\n    safe-search: on\n"
                + "categories: { open: { sites: [html.duckduckgo.com, bing.com] } }\n", line: 5, says: "restrict lite.duckduckgo.com over"),
        Advice(
            text: "weir: 1\ngroups:\n  default:\n    safe-search: on\n    rules: [ { block: all, during: s } ]\n"
                + "schedules: { s: { weekly: [ { days: mon, from: \"08:00\", to: \"09:00\" } ] } }\n", line: 4, says: "cannot restrict"),
        Advice(text: rule("{ block: all }") + "categories: { c: { expressions: ['^https?:'] } }\n", line: 6, says: "of 60 common sites"),
    ]

    private static let paths = "categories: { p: { urls: [x.test/a, y.test/b] } }\n"

    @Test(arguments: advices) func advice(_ advice: Advice) {
        let reading = PolicyReader.read(advice.text, file: "p", zones: FileZones())
        #expect(reading.document != nil, "\(reading.diagnostics)")
        #expect(reading.warnings.contains { $0.line == advice.line && $0.message.contains(advice.says) }, "\(reading.diagnostics)")
        #expect(reading.warnings.count == 1, "\(reading.diagnostics)")
        #expect(reading.warnings.allSatisfy { "\($0)".contains(": warning: ") })
    }

    @Test(arguments: [
        rule("{ block: all, during: s }\n      - allow: 'site:x.test'") + "schedules: { s: { weekly: {} } }\n",
        rule("{ block: 'site:x.test', except: ['url:y.test', 'site:z.test', 'method:CONNECT'] }"),
        // What else the rule is about shows in a tunnel, or may.
        rule("{ block: ['ext:exe', 'site:x.test'] }"), rule("{ block: ['ext:exe', 'method:CONNECT'] }"),
        rule("{ block: 'url:x.test/' }"), rule("{ block: 'expr:/x' }"), rule("{ block: ['port:8443', 'type:video/*'] }"),
        rule("{ block: p, except: q }") + "categories: { p: { urls: [x.test/a, y.test] }, q: { urls: y.test/b, sites: z.test } }\n",
        rule("{ block: p }") + "categories: { p: { urls: x.test/a, lists: l } }\nlists: { l: { source: l.txt } }\n",
        rule("{ block: 'site:x.test', only: [a, b] }") + "  a: { inherit: default }\nclients: { b: {} }\n",
    ])
    func noAdvice(_ text: String) {
        let reading = PolicyReader.read(text, file: "p", zones: FileZones())
        #expect(reading.document != nil && reading.diagnostics.isEmpty, "\(reading.diagnostics)")
    }

    /// No text makes the reader trap: broken ones are reported, deep ones too, and what grows by aliases is stopped.
    @Test func hostileTexts() {
        var random = SeededGenerator(state: 11)
        let good = PolicyCases.shared.text("every-time") + PolicyCases.shared.text("order")
        for _ in 0..<300 {
            var bytes = Array(good.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] =
                    Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random) : [0x7b, 0x5b, 0x22, 0x3a, 0x26].randomElement() ?? 0
            }
            let reading = PolicyReader.read(String(decoding: bytes, as: UTF8.self), file: "p", zones: FileZones())
            #expect(reading.document != nil || !reading.errors.isEmpty)
        }
        for text in [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 50_000), "\u{0}", "\u{feff}", "? [a]\n: b",
            "weir: 1\na: &a [x,x]\nb: &b [*a,*a]\n" + (0..<40).map { "c\($0): &c\($0) [*b,*b]\n" }.joined(), "- - - -", "&a *a",
            "%YAML 9.9\n---\na",
            "a: 1\n---\nb: 2\n",
        ] {
            #expect(!PolicyReader.read(text, file: "p", zones: FileZones()).errors.isEmpty)
        }
    }
}
