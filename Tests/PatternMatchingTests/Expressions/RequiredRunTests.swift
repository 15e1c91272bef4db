import Testing

@testable import PatternMatching

@Suite struct RequiredRunTests {
    private static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    private static let hex = digits.union(ByteSet("abcdefABCDEF"))

    @Test(
        arguments: [
            ("[0-9]{5,}", digits, 5), ("x?[0-9]{5}-", digits, 5), ("([0-9]{4}){2}", digits, 4), ("[?&](id|ad)=[0-9a-f]{8,32}(&|$)", hex, 8),
            ("(?-i)[a-f0-9]{6}", hex, 6), ("[0-9]{4}/[0-9a-f]{9}", hex, 9), ("^(?:[0-9]{300})$", digits, 255),
        ] as [(String, ByteSet, UInt8)])
    func found(pattern: String, set: ByteSet, length: UInt8) throws {
        let shape = try #require(PatternReader.read(Array(pattern.utf8)))
        #expect(RequiredRun.find(in: shape) == RequiredRun(set: set, length: length))
    }

    @Test(arguments: ["[0-9]{3}", "[0-9]{0,9}", "([0-9]{5})?", "([0-9]{5})*", "[0-9]{5}|casino", "(ab){9}", "[0-9]+", "(?=[0-9]{5})a", ""])
    func none(pattern: String) throws {
        let shape = try #require(PatternReader.read(Array(pattern.utf8)))
        #expect(RequiredRun.find(in: shape) == nil)
    }

    /// More sets than there are numbers for: the rest is tried as ever.
    @Test func manySets() throws {
        var builder = MatchIndexBuilder()
        for number in 0..<300 {
            let byte = { (UInt8(ascii: "a") + UInt8($0 % 26)) }
            let members = String(decoding: [byte(number), byte(number / 26 + number + 1), byte(number * 7 + 3)], as: UTF8.self)
            let text = "[\(members)0-9]{\(4 + number % 3)}"
            try builder.add(
                ListEntry(kind: number % 2 == 0 ? .expression : .expressionHostPath, text: text, line: 1), to: builder.source(named: text))
        }
        let index = try MatchIndex(bytes: builder.finish())
        for (path, count) in [("1-2-3", 0), ("123456", 300), ("A-1234", 100)] {
            var (set, budget) = (SourceSet(), MatchBudget())
            index.match(try RequestURL("http://x.zz/" + path), sent: false, into: &set, budget: &budget)
            #expect(set.members.count == count)
        }
    }
}
