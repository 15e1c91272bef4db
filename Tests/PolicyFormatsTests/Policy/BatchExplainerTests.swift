import Foundation
import PatternMatching
import PolicyCore
import Testing

@testable import PolicyFormats

struct BatchExplainerTests {
    static func explainer() throws -> BatchExplainer { BatchExplainer(snapshot: try PolicyCases.shared.snapshot("limits")) }

    /// Every field, in order, absent ones null; the id comes back as it was given.
    @Test func wholeLine() throws {
        let line = try BatchExplainerTests.explainer().answer(
            #"{"id":[1,"a\n",{"b":-1.5e3,"c":true}],"client":"10.0.0.1","user":null,"at":"2026-09-01T18:30:00+02:00","url":"https://www.games.test/","used":{"groups.kids.rules[0]":{"minutes":61}}}"#
        )
        #expect(
            line
                == #"{"id":[1,"a\n",{"b":-1.5e3,"c":true}],"verdict":"block","rule":"groups.kids.rules[0]","client":"10.0.0.1","group":"kids","category":"games","categories":["games"],"evidence":{"list":null,"entry":"games.test","line":4},"schedule":null,"until":"2026-09-02T00:00:00+02:00","reason":"Enough for today"}"#
        )
        let plain = try BatchExplainerTests.explainer().answer(#"{"at":"2026-09-01T18:30:00+02:00","url":"http://x.test/"}"#)
        #expect(
            plain
                == #"{"id":null,"verdict":"block","rule":"groups.default.default","client":null,"group":"default","category":null,"categories":[],"evidence":null,"schedule":null,"until":null,"reason":null}"#
        )
    }

    /// How an allowed request is kept to a service's restricted form: after the other fields, and only where it is.
    @Test(
        arguments: [
            ("https://www.youtube.com/watch?v=1", "GET", #"{"setting":"youtube","service":"youtube","substitute":"restrict.youtube.com""#),
            ("www.youtube.com:443", "CONNECT", #"{"setting":"youtube","service":"youtube","substitute":"restrict.youtube.com""#),
            (
                "http://www.google.com/search?q=a", "GET",
                #"{"setting":"safe-search","service":"google","substitute":"forcesafesearch.google.com""#
            ),
            ("http://plain.test/", "GET", nil), ("http://blocked.test/", "GET", nil), ("http://www.bing.com.test/search?q=a", "GET", nil),
        ] as [(String, String, String?)])
    func restriction(_ url: String, _ method: String, _ expected: String?) throws {
        let text = """
            weir: 1
            timezone: Europe/Berlin
            groups:
              default: { default: allow, safe-search: on, youtube: strict, rules: [ { block: ["site:blocked.test"] } ] }
            """
        let document = try #require(PolicyReader.read(text, file: "policy", zones: FileZones()).document)
        let snapshot = try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: FileZones(), grants: [])
        let line = BatchExplainer(snapshot: snapshot).answer(
            #"{"id":1,"at":"2026-09-01T18:30:00Z","method":"\#(method)","url":"\#(url)"}"#)
        if let expected {
            #expect(line.contains(#""reason":null,"restriction":\#(expected)"#), "\(line)")
        } else {
            #expect(line.hasSuffix(#""reason":null}"#), "\(line)")
        }
        let answer = try JSONDecoder().decode(Explanation.self, from: Data(line.utf8))
        #expect(
            answer.restriction?.substitute
                == snapshot.explain(
                    Asked(url: try RequestURL(asked: url, method: method), method: method), asker: Asker(),
                    at: Instant(milliseconds: 1_788_251_400_000), state: FreshState()
                ).restriction?.substitute)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{} x", #"{"url":"http://x.test/"}"#, #"{"at":"2026-09-01T18:30:00Z"}"#,
        #"{"at":"yesterday","url":"http://x.test/"}"#,
        #"{"at":"2026-09-01T18:30:00Z","url":"/a"}"#, #"{"at":"2026-09-01T18:30:00Z","url":1}"#,
        #"{"at":"2026-09-01T18:30:00Z","url":"ftp://x.test/"}"#,
        #"{"at":"2026-09-01T18:30:00Z","url":"http://x.test/","client":"mia"}"#,
        #"{"at":"2026-09-01T18:30:00Z","url":"http://x.test/","mac":"no"}"#,
        #"{"at":"2026-09-01T18:30:00Z","url":"http://x.test/","used":[]}"#,
        #"{"at":"2026-09-01T18:30:00Z","url":"http://x.test/","used":{"r":{"minutes":-1}}}"#,
        #"{"at":"2026-09-01T18:30:00Z","url":"http://x.test/","used":{"r":{"bytes":1e99}}}"#,
        #"{"at":"2026-09-01T18:30:00Z","url":"x.test","method":"CONNECT"}"#,
        "{\"at\":\"2026-09-01T18:30:00Z\",\"url\":\"http://x\u{1}.test/\"}",
    ])
    func errors(_ line: String) throws {
        let answer = try JSONReader.read(try BatchExplainerTests.explainer().answer(line))
        guard case .string(let message)? = answer["error"] else {
            Issue.record("no error: \(answer)")
            return
        }
        #expect(!message.isEmpty && answer["id"] == .null && answer["verdict"] == nil)
    }

    @Test(arguments: [
        (#"{"nonsense":{"minutes":60}}"#, "\"nonsense\" is no limit of this policy"),
        (#"{"groups.kids.rules[0]":{"minutes":1},"groups.kids.rules[99]":{"minutes":1}}"#, "\"groups.kids.rules[99]\" is no limit"),
        (#"{"groups.kids.rules[0]":{"hours":1}}"#, "not \"hours\""),
    ])
    func whatCannotBeUsed(_ used: String, _ says: String) throws {
        let explainer = BatchExplainer(snapshot: try PolicyCases.shared.snapshot("limits"))
        let line = explainer.answer(#"{"id":1,"at":"2026-09-01T18:30:00Z","url":"http://x.test/","used":\#(used)}"#)
        guard case .string(let message)? = try JSONReader.read(line)["error"] else {
            Issue.record("no error: \(line)")
            return
        }
        #expect(message.contains(says))
    }

    /// The batch line, the encoder of the standard library and back: the same fields.
    @Test func codable() throws {
        let snapshot = try PolicyCases.shared.snapshot("limits")
        let asked = Asked(url: try RequestURL("https://www.games.test/".utf8), method: "GET")
        let now = try #require(Instant(rfc3339: "2026-09-01T18:30:00+02:00"))
        var explained = snapshot.explain(asked, asker: Asker(address: IPAddress("10.0.0.1")), at: now, state: FreshState())
        let encoded = try JSONEncoder().encode(explained)
        #expect(
            try JSONDecoder().decode(Explanation.self, from: Data(explained.json.utf8))
                == (try JSONDecoder().decode(Explanation.self, from: encoded)))
        explained.recognised = .none
        #expect(try JSONDecoder().decode(Explanation.self, from: encoded) == explained)
        #expect(String(decoding: encoded, as: UTF8.self).contains("\"schedule\":null"))
    }

    /// The first and the last moment a question can name, in every policy of the examples.
    @Test(
        arguments: ["web", "order", "limits", "time", "dst", "inplace", "good"],
        ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "1900-01-01T00:00:00Z"])
    func ends(_ policy: String, _ time: String) throws {
        let snapshot = try PolicyCases.shared.snapshot(policy)
        let explainer = BatchExplainer(snapshot: snapshot)
        let used = snapshot.hasLimit("groups.kids.rules[0]") ? #"{"groups.kids.rules[0]":{"minutes":9223372036854775807}}"# : "null"
        for client in 1...10 {
            let line = explainer.answer(
                #"{"client":"10.0.0.\#(client)","at":"\#(time)","url":"https://games.test/","used":\#(used)}"#
            )
            #expect(line.contains("\"verdict\""), "\(line)")
        }
    }

    @Test func theIdOfAnError() throws {
        #expect(try BatchExplainerTests.explainer().answer(#"{"id":"x","url":"no"}"#).hasPrefix(#"{"id":"x","error":"#))
    }

    /// What stands whole before the place where the line stops being JSON is known.
    @Test(arguments: [
        (#"{"id":"x","url":"http://\ud800.test/"}"#, #"{"id":"x","error":"not JSON at byte 30"}"#),
        (#"{"id":7,"url":"http://a.test/""#, #"{"id":7,"error":"not JSON at byte 30"}"#),
        (#"{"url":{"id":1},"id":[2],"at":}"#, #"{"id":[2],"error":"not JSON at byte 30"}"#),
        (#"{"url":{"id":1,}"#, #"{"id":null,"error":"not JSON at byte 15"}"#),
        (#"{"url":"\ud800","id":7}"#, #"{"id":null,"error":"not JSON at byte 14"}"#),
        (#"{"id":7} x"#, #"{"id":7,"error":"not JSON at byte 9"}"#),
    ])
    func theIdBeforeWhatIsNoJSON(line: String, answer: String) throws {
        #expect(try BatchExplainerTests.explainer().answer(line) == answer)
    }

    /// A grant's entry stands in no line.
    @Test func theEvidenceOfAGrant() throws {
        let document = try #require(
            PolicyReader.read("weir: 1\ntimezone: UTC\ngroups: { default: { default: block } }\n", file: "policy", zones: FileZones())
                .document)
        let grant = Grant(
            id: 1, scope: .everyone, allows: true, target: "site:loc.test", from: Instant(milliseconds: 0), until: nil)
        let snapshot = try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: FileZones(), grants: [grant])
        let line = BatchExplainer(snapshot: snapshot).answer(#"{"at":"2026-09-01T18:30:00Z","url":"http://loc.test/"}"#)
        #expect(
            line.contains(#""rule":"grants[1]""#) && line.contains(#""evidence":{"list":null,"entry":"loc.test","line":null}"#), "\(line)")
        let answer = try JSONDecoder().decode(Explanation.self, from: Data(line.utf8))
        #expect(answer.evidence == Explanation.Evidence(list: nil, entry: "loc.test", line: nil))
        #expect(answer.evidence?.place == "a grant")
    }

    @Test(arguments: ["mail.test:443", "https://mail.test:443/", "https://mail.test/admin", "HTTPS://mail.test"]) func connects(
        _ url: String
    ) throws {
        let snapshot = try PolicyCases.shared.snapshot("connect")
        let line = BatchExplainer(snapshot: snapshot).answer(#"{"at":"2026-09-01T18:30:00Z","method":"CONNECT","url":"\#(url)"}"#)
        #expect(line.contains(#""rule":"groups.default.rules[3]""#), "\(line)")
    }

    @Test func mediaTypes() throws {
        let explainer = BatchExplainer(snapshot: try PolicyCases.shared.snapshot("inplace"))
        let line = explainer.answer(#"{"at":"2026-09-01T18:30:00Z","url":"http://known.test/","type":"Video/MP4; codecs=x"}"#)
        #expect(line.contains(#""rule":"groups.default.rules[7]""#), "\(line)")
    }

    @Test func timeOfQuestionsWithout() throws {
        let explainer = BatchExplainer(snapshot: try PolicyCases.shared.snapshot("limits"), now: Instant(rfc3339: "2026-09-01T18:30:00Z"))
        #expect(explainer.answer(#"{"url":"http://x.test/"}"#).contains(#""verdict":"block""#))
    }

    @Test(arguments: [
        ("1", JSONValue.number("1")), (" [ ] ", .array([])), (#""\u00e9\ud83d\ude00\/""#, .string("é😀/")),
        (#"{"a":{"b":[null,false]}}"#, .object([("a", .object([("b", .array([.null, .bool(false)]))]))])),
        ("-0.5E-7", .number("-0.5E-7")),
    ])
    func json(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONReader.read(text) == value)
        var writer = JSONWriter()
        writer.value(value)
        #expect(try JSONReader.read(writer.text) == value)
    }

    @Test(arguments: [
        "", "01", "1.", ".5", "1e", "+1", "nul", "\"", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\u12\"", "\"\u{1}\"", "[1,]",
        "{\"a\"}", "{\"a\":1,}", "{a:1}",
        "[1 2]", "NaN", String(repeating: "[", count: 10_000),
    ])
    func badJSON(_ text: String) { #expect(throws: JSONReader.Failure.self) { try JSONReader.read(text) } }
}
