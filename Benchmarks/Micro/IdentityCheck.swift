import CPCRE2
import Foundation
import PatternMatching

/// Whether the index says of every URL exactly what PCRE2 says pattern by pattern.
struct IdentityCheck {
    let urls: Int
    /// nil: all.
    let kind: Patterns.Kind?
    let expressions: Int?

    func run() throws {
        for kind in kind.map({ [$0] }) ?? Patterns.Kind.allCases {
            for count in expressions.map({ [$0] }) ?? [1_000, 10_000] { try compare(Patterns.make(count, kind), kind) }
        }
    }

    private func compare(_ patterns: [String], _ kind: Patterns.Kind) throws {
        var builder = MatchIndexBuilder()
        for (line, pattern) in patterns.enumerated() {
            try builder.add(ListEntry(kind: .expression, text: pattern, line: line + 1), to: builder.source(named: "\(line)"))
        }
        let index = try MatchIndex(bytes: builder.finish())
        let programs = try patterns.map { try PlainProgram($0) }
        var (matches, different) = (0, 0)
        var own: UInt64 = 0
        var plain: UInt64 = 0
        for text in Patterns.urls(urls, kind, seed: 4321) {
            let url = try RequestURL(text)
            var set = SourceSet()
            var budget = MatchBudget()
            let start = Clock.now
            index.match(url, sent: false, into: &set, budget: &budget)
            let middle = Clock.now
            var expected: [SourceID] = []
            url.bytes.withUnsafeBufferPointer { subject in
                for (number, program) in programs.enumerated() where program.isFound(subject) { expected.append(SourceID(index: number)) }
            }
            own += middle - start
            plain += Clock.now - middle
            matches += expected.count
            if budget.failed || set.members != expected { different += 1 }
        }
        let name = "identity-\(kind.rawValue)-\(patterns.count)"
        Figure(name: name, value: Double(different), unit: "URLs answered otherwise", wanted: 0, note: "\(urls) URLs, \(matches) matches")
            .print()
        Figure(name: name + "-index", value: Double(own) / Double(urls) / 1000, unit: "µs a URL").print()
        Figure(name: name + "-pcre2", value: Double(plain) / Double(urls) / 1000, unit: "µs a URL").print()
    }
}

/// One pattern, compiled and tried as anybody would.
private final class PlainProgram {
    private let code: OpaquePointer
    private let matches: OpaquePointer

    init(_ pattern: String) throws {
        var error: CInt = 0
        var offset = 0
        let bytes = Array(pattern.utf8)
        guard let code = pcre2_compile_8(bytes, bytes.count, PCRE2_CASELESS, &error, &offset, nil),
            let matches = pcre2_match_data_create_from_pattern_8(code, nil), pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
        else { throw BenchmarkError("\(pattern) does not compile") }
        self.code = code
        self.matches = matches
    }

    deinit {
        pcre2_match_data_free_8(matches)
        pcre2_code_free_8(code)
    }

    func isFound(_ subject: UnsafeBufferPointer<UInt8>) -> Bool {
        pcre2_jit_match_8(code, subject.baseAddress, subject.count, 0, 0, matches, nil) >= 0
    }
}
