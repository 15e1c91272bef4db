import Testing

@testable import PatternMatching

@Suite struct RequiredLiteralsTests {
    @Test(
        arguments: [
            ("casino", ["casino"]), ("CaSiNo", ["casino"]), (#"\bcasino\d*\b"#, ["casino"]), ("casino|poker", ["casino", "poker"]),
            (#"\b(casino|poker)s?\b"#, ["casino", "casinos", "poker", "pokers"].sorted()), ("colou?r", ["color", "colour"]),
            ("(?:ab|cd)ef", ["abef", "cdef"]), ("ab[cd]ef", ["abcef", "abdef"]), (#"foo\.bar"#, ["foo.bar"]), (#"foo\x2Ebar"#, ["foo.bar"]),
            ("^https?://ads?[0-9]+\\.", ["http://ad", "http://ads", "https://ad", "https://ads"]), ("abc+def", ["cdef"]),
            ("abc{2,}de", ["abcc"]),
            ("(abc)+", ["abc"]),
            ("(?=xyz)abcd", ["abcd"]), ("(?!xyz)abcd", ["abcd"]), ("(?<=xyz)abcd", ["abcd"]), ("(?<n>abcd)", ["abcd"]),
            ("(?*xyz)abcd", ["abcd"]), ("abc(?<*y>bc|c)def", ["abcdef"]),
            ("(?'n'abcd)", ["abcd"]), ("(?P<n>abcd)", ["abcd"]),
            ("(?>abcd)", ["abcd"]), ("(?i:abcd)", ["abcd"]), ("(?-i)ABCD", ["abcd"]), ("(?|abc|def)", ["abc", "def"]), ("a{3}b", ["aaab"]),
            ("a{2,5}bcd", ["aabcd"]),
            (".*porn.*", ["porn"]), ("(a|b|)porn", ["aporn", "bporn", "porn"]), ("porn(?:hub|[a-z]+)", ["porn"]),
            (#"[[:alnum:]]porn"#, ["porn"]),
            ("[]x]abc", ["]abc", "xabc"]), ("[^]x]abc", ["abc"]), ("[a\\]]bcd", ["]bcd", "abcd"]), ("www\\.", ["www."]),
            ("abc$|^def", ["abc", "def"]),
            (#"(ab)(cd)\1xyz"#, ["abcd"]), ("x{0}abc", ["abc"]), ("abcé", ["abcé"]), ("abc++d", ["abc"]), ("(abc|de)+f", ["abcf", "def"]),
            ("x(?:ab|cd)+yz", ["abyz", "cdyz"]),
            ("(?:abc)?def", ["abcdef", "def"]), ("x(a+){1}yzw", ["yzw"]), ("x(a+){2}yzw", ["yzw"]), ("(a+|b)xyz", ["xyz"]),
            (#"[\t-z]bcd"#, ["bcd"]), (#"[\x2d.]bcd"#, ["-bcd", ".bcd"]), ("[a-c]def", ["adef", "bdef", "cdef"]),
        ] as [(String, [String])])
    func found(pattern: String, expected: [String]) throws {
        _ = try Expression(pattern.utf8)
        let literals = RequiredLiterals.find(in: Array(pattern.utf8)).map { $0.map { String(decoding: $0, as: UTF8.self) }.sorted() }
        #expect(literals == expected)
    }

    @Test(arguments: [
        "", "ab", ".*", "a.b.c", "abc|de", "(abc)?", "(abc)*", "[a-z]{5}", #"\d\d\d\d"#, "(abc|)", "a|bcd", "(*ACCEPT)abc", #"\Qabc\E"#,
        "(?x)abc def",
        "(?#c)abc", "abc(?(1)d|e)", "(abc)(?1)", #"\x{61}bcd"#, "[[.a.]]bc", #"[\x41-\x43]bc"#, #"\cAbcd"#, "(abc){0,3}", "[abc]",
        "(?i)(ab|abc)", "abc{,3}",
        #"(?<a>x)\k<a>abc"#, #"\pLabc"#,
    ])
    func none(pattern: String) {
        #expect(RequiredLiterals.find(in: Array(pattern.utf8)) == nil)
    }

    @Test(
        arguments: [
            (#"\bcasino\b"#, [.start, .end]), (#"\bcasino"#, .start), (#"casino\b"#, .end), (#"casino"#, []),
            (#"\b(casino|poker)s?\b"#, [.start, .end]),
            (#"^\bcasino[a-z]*\b"#, .start), (#".*\bcasino\b.*"#, [.start, .end]), (#"\bcasino\.com\b"#, [.start, .end]),
            (#"\bcasino\b|\bpoker"#, []), (#"(?:\bcasino[0-9]+\b|poker[0-9]\b)"#, []), (#"(?:\bcasino[0-9]+\b|\bpoker[0-9]+)"#, .start),
            (#"\bx*casino\b"#, .end), (#"(?:\bcasino\b)?poker"#, []), (#"\Bcasino\B"#, []), (#"[\b]casino"#, []),
        ] as [(String, LiteralSet.Edges)])
    func edgesOfWords(pattern: String, edges: LiteralSet.Edges) throws {
        let shape = try #require(PatternReader.read(Array(pattern.utf8)))
        #expect(RequiredLiterals.find(in: shape)?.edges == edges)
    }

    @Test(
        arguments: [
            ("casino", [.start, .end]), ("-casino-", [.start, .end]), ("xcasino.", .end), ("casino_", .start), ("1casino2", []),
            ("\u{e9}casino", [.start, .end]),
        ] as [(String, LiteralSet.Edges)])
    func edgesInASubject(subject: String, edges: LiteralSet.Edges) throws {
        let bytes = Array(subject.utf8)
        let start = try #require(bytes.firstIndex(of: UInt8(ascii: "c")))
        let found = bytes.withUnsafeBufferPointer { LiteralSet.Edges(of: start..<(start + 6), in: $0) }
        #expect(found == edges)
    }

    @Test func deepAndWide() {
        let deep = String(repeating: "(", count: 100) + "abcd" + String(repeating: ")", count: 100)
        #expect(RequiredLiterals.find(in: Array(deep.utf8)) == nil)
        let wide = (0..<800).map { "w\($0)" }.joined(separator: "|")
        #expect(RequiredLiterals.find(in: Array("(\(wide))zz".utf8))?.count == 800)
        let squares = String(repeating: "[ab]", count: 200)
        #expect(RequiredLiterals.find(in: Array(squares.utf8)) != nil)
    }
}
