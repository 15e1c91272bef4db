import Testing

@testable import PatternMatching

/// Keeps a run's bytes where they are.
private final class Bytes: @unchecked Sendable {
    let memory: UnsafeRawBufferPointer
    private let writable: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        writable = .allocate(byteCount: bytes.count, alignment: 8)
        writable.copyBytes(from: bytes)
        memory = UnsafeRawBufferPointer(writable)
    }

    deinit { writable.deallocate() }
}

func run(_ bytes: [UInt8]) throws -> EntryRun {
    let copy = Bytes(bytes)
    return try EntryRun(mapped: copy.memory, owner: copy)
}

@Suite struct EntryRunTests {
    private static let hosts = ["a.test", "b.test", "A.b.Test", "c.b.a.test", "bücher.test", "test", "1.2.3.4", "10.0.0.1"]
    private static let urls = [
        "http://a.test/", "http://x.a.test/a/b", "http://b.test/a?b=c", "http://a.b.test/ads/1.gif", "http://c.b.a.test/A/B",
        "http://xn--bcher-kva.test/", "http://any.test/casino77", "http://1.2.3.4/", "http://10.0.0.9/a", "http://[fd00::1]/",
        "http://q.example/",
    ]

    private static func entry(_ line: Int, _ random: inout SeededRandom) -> ListEntry {
        let kind = EntryKind.allCases.randomElement(using: &random) ?? .site
        let isException = Int.random(in: 0..<6, using: &random) == 0
        let host = hosts.randomElement(using: &random) ?? "a.test"
        let text =
            switch kind {
            case .site, .exact: host
            case .subdomains: ["a.test", "*.b.test", "test"].randomElement(using: &random) ?? "a.test"
            case .prefix: ["10.0.0.0/8", "1.2.3.4", "fd00::/8", "10.0.0.0/24"].randomElement(using: &random) ?? "::/0"
            case .url, .urlCaseless: host + (["/a", "/A/b", "/a?b", "/ads/", ""].randomElement(using: &random) ?? "")
            case .expression, .expressionHostPath: ["casino\\d+", "^a\\.test/", "/ads/[0-9]+"].randomElement(using: &random) ?? "x"
            }
        return ListEntry(kind: kind, text: text, isException: isException, line: line)
    }

    /// The same entries straight into an index, and by way of runs of any lengths: the same answers with the same evidence.
    @Test func anIndexOfRunsAnswersAsOneOfEntries() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<120 {
            var direct = MatchIndexBuilder(seed: 5)
            var joined = MatchIndexBuilder(seed: random.next())
            let seed = random.next()
            var uses: [EntryRunUse] = []
            for source in 0..<Int.random(in: 1..<4, using: &random) {
                let (first, second) = (direct.source(named: "\(source)"), joined.source(named: "\(source)"))
                var line = 0
                for _ in 0..<Int.random(in: 1..<4, using: &random) {
                    var builder = EntryRunBuilder(seed: seed)
                    let entries = (0..<Int.random(in: 0..<9, using: &random)).map { Self.entry($0 + 1, &random) }
                    for var entry in entries {
                        try builder.add(entry)
                        entry.line += line
                        try direct.add(entry, to: first)
                    }
                    uses.append(EntryRunUse(run: try run(builder.finish(note: [1, 2])), linesBefore: line, sources: [second]))
                    #expect(uses.last?.run.note == [1, 2] && uses.last?.run.entries == entries.count)
                    line += 20
                }
            }
            try joined.add(uses) { _, entry, error in Issue.record("\(entry): \(error)") }
            try compare(MatchIndex(bytes: direct.finish()), MatchIndex(bytes: joined.finish()))
        }
    }

    private func compare(_ expected: MatchIndex, _ index: MatchIndex) throws {
        #expect(index.sources == expected.sources)
        for url in Self.urls {
            let matched = try expected.matches(url)
            #expect(try index.matches(url) == matched, "\(url)")
            for source in expected.sources.indices {
                let (request, id) = (try RequestURL(url), SourceID(index: source))
                let wanted = expected.evidence(request, sent: false, source: id)
                let found = index.evidence(request, sent: false, source: id)
                #expect(found?.line == wanted?.line && (found == nil) == (wanted == nil), "\(url)")
            }
        }
    }

    /// One run for several sources, as a file that belongs to two members.
    @Test func aRunBelongsToSeveralSources() throws {
        var runBuilder = EntryRunBuilder(seed: 3)
        for number in 1...500 {
            try Array("h\(number).test".utf8).withUnsafeBytes { try runBuilder.add(plainHost: $0, .site, line: number) }
        }
        try runBuilder.add(ListEntry(kind: .url, text: "u.test/a", line: 501))
        let kept = try run(runBuilder.finish(note: []))
        var builder = MatchIndexBuilder(seed: 3)
        let sources = [builder.source(named: "a"), builder.source(named: "b")]
        try builder.add([EntryRunUse(run: kept, linesBefore: 1000, sources: sources)]) { _, _, _ in }
        let index = try MatchIndex(bytes: builder.finish())
        #expect(index.entryCounts == [501, 501])
        for number in [1, 77, 500] { #expect(try index.matches("http://x.h\(number).test/") == [0, 1]) }
        #expect(try index.matches("http://u.test/a") == [0, 1])
        #expect(try index.matches("http://h501.test/") == [])
        #expect(try index.evidence(RequestURL("http://h77.test/"), sent: false, source: sources[1])?.line == 1077)
    }

    @Test func refusedEntriesAreTold() {
        var builder = EntryRunBuilder(seed: 1)
        for (kind, text) in [(EntryKind.site, "a b"), (.url, "/a"), (.expression, "("), (.prefix, "x")] {
            #expect(throws: EntryError.self) { try builder.add(ListEntry(kind: kind, text: text, line: 1)) }
        }
        #expect(builder.entries == 0)
    }

    /// Cut off anywhere, or with any byte changed, it is no run.
    @Test func aDamagedRunIsRefused() throws {
        var builder = EntryRunBuilder(seed: 1)
        for number in 1...9 { try builder.add(ListEntry(kind: .site, text: "h\(number).test", line: number)) }
        let whole = builder.finish(note: [7])
        _ = try run(whole)
        for length in 0..<whole.count {
            #expect(throws: MatchIndexError.self) { try run(Array(whole[..<length])) }
        }
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 0x10
            #expect(throws: MatchIndexError.self) { try run(changed) }
        }
    }

    /// Programs compiled in an index are those of its successor; they outlive it.
    @Test func anIndexTakesOverPrograms() throws {
        let patterns = (0..<20).map { (EntryKind.expression, "word\($0)[0-9]+") }
        var old: MatchIndex? = try index(patterns)
        #expect(try old?.matches("http://a.test/word3x7") == [])
        #expect(try old?.matches("http://a.test/word3") == [])
        #expect(try old?.matches("http://a.test/word35") == [0])
        let new = try index([(.expression, "other")] + patterns.reversed())
        #expect((0..<21).allSatisfy { !new.programs.isMade($0) })
        if let old { new.takePrograms(from: old) }
        old = nil
        #expect((0..<21).filter { new.programs.isMade($0) } == [17])
        #expect(try new.matches("http://a.test/word35") == [0] && new.matches("http://a.test/word3") == [])
        #expect(try new.matches("http://a.test/word19") == [0] && new.matches("http://a.test/other") == [0])
    }
}
