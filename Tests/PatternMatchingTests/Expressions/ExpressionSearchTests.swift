import Glibc
import Testing

@testable import PatternMatching

@Suite struct ExpressionSearchTests {
    private func isFound(_ pattern: String, _ subject: [UInt8], _ budget: inout MatchBudget) throws -> Bool? {
        let program = try Expression(pattern.utf8)
        let scratch = try #require(MatchScratch.current)
        return subject.withUnsafeBufferPointer {
            ExpressionSearch(program: program.handle, scratch: scratch, subject: $0).isFound(&budget)
        }
    }

    /// In one call, with all the steps a place may take.
    private func isFoundPlainly(_ pattern: String, _ subject: [UInt8]) throws -> Bool? {
        let program = try Expression(pattern.utf8)
        let scratch = try #require(MatchScratch.current)
        let outcome = subject.withUnsafeBufferPointer {
            program.handle.run($0, scratch.patient(steps: ExpressionSearch.mostSteps, to: nil), scratch.matches)
        }
        return outcome == .found ? true : outcome == .notFound ? false : nil
    }

    // MARK: The answer is PCRE2's wherever a window ends

    @Test(arguments: [
        "needle", "(?<=x)needle", "(?<!y)needle", "\\bneedle\\b", "^h.*needle", "needle[a-z]*$", "n(?:e+d?)+le", "(?<=xneed)le", "\\Gh",
        "\\Gneedle", "(*COMMIT)needle", "h(*COMMIT)needle", "e(?=d)d(?!x)", "(?s).+needle", "(n)(e)\\2d", "needle|never", "never",
        "\\Bneedle", "",
        "(?:[a-z]+-)+needle", "le$", "x?needle",
    ])
    func windowsChangeNoAnswer(pattern: String) throws {
        for length in [20, 255, 256, 257, 300, 511, 513, 1100, 5000] {
            for place in Set([0, 1, 200, 250, 254, 255, 256, 257, 260, 505, 511, 512, 515, length - 7, length - 6]).sorted() {
                guard place >= 0, place + 6 <= length else { continue }
                var subject = [UInt8](repeating: UInt8(ascii: "x"), count: length)
                for index in stride(from: 7, to: length, by: 11) { subject[index] = UInt8(ascii: "-") }
                subject[0] = UInt8(ascii: "h")
                subject.replaceSubrange(place..<(place + 6), with: "needle".utf8)
                var budget = MatchBudget()
                let plain = try isFoundPlainly(pattern, subject)
                let found = try isFound(pattern, subject, &budget)
                if !budget.failed { #expect(found == plain, "\(length) bytes, at \(place)") }
            }
        }
    }

    @Test func anEmptySubjectIsASubject() throws {
        var budget = MatchBudget()
        #expect(try isFound("^$", [], &budget) == true)
        #expect(try isFound("a", [], &budget) == false)
    }

    // MARK: Steps

    /// Turns of so many letters take twice the steps for each letter more: too many at first, but fewer than a place may take.
    @Test(arguments: 6...14) func whatNeedsMoreStepsGetsThem(letters: Int) throws {
        let subject = Array(("http://x.test/" + String(repeating: "a", count: letters) + "!").utf8)
        var budget = MatchBudget()
        #expect(try isFound("/(a+)+$", subject, &budget) == false)
        #expect(try isFound("/(a+)+!$", subject, &budget) == true)
        #expect(!budget.failed)
    }

    @Test func whatNeedsMoreThanAPlaceMayTakeIsNotAnswered() throws {
        let subject = Array(("http://x.test/" + String(repeating: "a", count: 30) + "!").utf8)
        var budget = MatchBudget()
        #expect(try isFound("/(a+)+$", subject, &budget) == nil)
    }

    // MARK: Time

    /// At each of very many places a little less than the steps it may take; for a whole call that is up to half a second.
    @Test(
        arguments: ["(a+)+$", "(?:a|a)+$", "([a-z]+)*!$", "x[a-z]*y[a-z]*z[a-z]*![0-9]", "(?:a*){6}!$", "(*COMMIT)?(a+)+$|(a+)+$"],
        [200, 1_000, 8_000, 60_000])
    func oneSlowExpressionEndsWithTheBudget(pattern: String, length: Int) throws {
        for turn in [String(repeating: "a", count: 15) + "-", "xyz", "aaaaaaaaaaaab"] {
            let path = String(repeating: turn, count: length / turn.count) + "!-~"
            var builder = MatchIndexBuilder()
            guard (try? builder.add(ListEntry(kind: .expression, text: pattern, line: 1), to: builder.source(named: "evil"))) != nil else {
                continue
            }
            let index = try MatchIndex(bytes: builder.finish())
            let url = try RequestURL("http://x.test/" + path)
            var (set, budget) = (SourceSet(), MatchBudget())
            let start = threadTime()
            index.match(url, sent: false, into: &set, budget: &budget)
            let passed = threadTime() - start
            #expect(passed < 40_000_000, "\(passed) ns, \(budget.failed)")
            #expect(set.isEmpty)
        }
    }

    /// A URL that is merely long costs no budget.
    @Test func longURLsAreAnswered() throws {
        let url = try RequestURL("http://x.test/" + String(repeating: "shop/item-1234567/red?size=7&", count: 1_000) + "casino")
        for pattern in [
            "&casino$", "^https?://([a-z0-9-]+\\.)*(poker|bingo)[a-z0-9-]*\\.(com|net)", "[?&](adid|clickid)=[0-9a-f]{8,32}(&|$)",
        ] {
            var builder = MatchIndexBuilder()
            try builder.add(ListEntry(kind: .expression, text: pattern, line: 1), to: builder.source(named: "list"))
            var (set, budget) = (SourceSet(), MatchBudget())
            try MatchIndex(bytes: builder.finish()).match(url, sent: false, into: &set, budget: &budget)
            #expect(!budget.failed)
            #expect(set.isEmpty == false || pattern != "&casino$")
        }
    }

    private func threadTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
