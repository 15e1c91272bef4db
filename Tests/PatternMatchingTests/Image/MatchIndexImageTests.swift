import Testing

@testable import PatternMatching

@Suite struct MatchIndexImageTests {
    private static func image() throws -> [UInt8] {
        var builder = MatchIndexBuilder(seed: 5)
        let source = builder.source(named: "all")
        let entries: [(EntryKind, String)] = [
            (.site, "a.test"), (.site, "=B.test"), (.subdomains, "c.test"), (.url, "a.test/x/y"), (.urlCaseless, "A.test:81/X"),
            (.prefix, "10.0.0.0/8"), (.prefix, "10.1.0.0/16"), (.prefix, "2001:db8::/32"), (.expression, "casino|poker"),
            (.expression, "x+y"),
            (.expressionHostPath, "^a\\.test/secret"),
        ]
        for (line, entry) in entries.enumerated() { try builder.add(ListEntry(kind: entry.0, text: entry.1, line: line + 1), to: source) }
        return builder.finish()
    }

    private static let urls = [
        "http://a.test/x/y", "http://a.test:81/x", "http://b.test/", "http://w.c.test/", "http://10.1.2.3/", "http://[2001:db8::1]/casino",
        "http://d.test/secret/poker",
    ]

    @Test func otherBytes() throws {
        let image = try Self.image()
        #expect(throws: MatchIndexError.notAnIndex) { try MatchIndex(bytes: []) }
        #expect(throws: MatchIndexError.notAnIndex) { try MatchIndex(bytes: Array("<!doctype html><html>".utf8)) }
        var other = image
        other[8] = 9
        #expect(throws: MatchIndexError.otherVersion(9)) { try MatchIndex(bytes: other) }
        #expect(throws: MatchIndexError.damaged) { try MatchIndex(bytes: image + [0]) }
        for length in stride(from: 16, to: image.count, by: 7) {
            #expect(throws: MatchIndexError.damaged) { try MatchIndex(bytes: Array(image[..<length])) }
        }
    }

    @Test func everyFlippedByteIsFound() throws {
        let image = try Self.image()
        for place in 12..<image.count {
            var damaged = image
            damaged[place] ^= 1 << UInt8(place & 7)
            #expect(throws: MatchIndexError.damaged) { try MatchIndex(bytes: damaged) }
        }
    }

    /// A file with a right checksum and wrong content may answer wrongly; it may not trap.
    @Test func hostileImagesDoNotTrap() throws {
        let image = try Self.image()
        let urls = try Self.urls.map { try RequestURL($0) }
        var random = SeededRandom(seed: 11)
        var opened = 0
        for round in 0..<6_000 {
            var hostile = image
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                hostile[Int.random(in: 32..<image.count, using: &random)] =
                    round % 3 == 0 ? 0xff : UInt8.random(in: 0...255, using: &random)
            }
            let sum = hostile.withUnsafeBytes { IndexImage.checksum(UnsafeRawBufferPointer(rebasing: $0[32...])) }
            for byte in 0..<8 { hostile[24 + byte] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * byte)) }
            guard let index = try? MatchIndex(bytes: hostile) else { continue }
            opened += 1
            for url in urls {
                var set = SourceSet()
                var budget = MatchBudget()
                index.match(url, sent: false, into: &set, budget: &budget)
                for source in set.members.prefix(3) { _ = index.evidence(url, sent: true, source: source) }
            }
        }
        #expect(opened > 1_000)
    }

    /// As a file would be mapped: at any address, kept by its owner.
    @Test func mapped() throws {
        let image = try Self.image()
        let owner = Memory(image)
        let index = try MatchIndex(mapped: owner.bytes, owner: owner)
        for url in Self.urls { #expect(try index.matches(url) == [0], "\(url)") }
        #expect(index.sources == ["all"])
        #expect(index.entryCounts == [11])
    }

    @Test func oneSeedOneImage() throws {
        #expect(try Self.image() == Self.image())
    }

    /// Misaligned on purpose.
    private final class Memory: @unchecked Sendable {
        let bytes: UnsafeRawBufferPointer
        private let all: UnsafeMutableRawBufferPointer

        init(_ image: [UInt8]) {
            all = .allocate(byteCount: image.count + 1, alignment: 8)
            UnsafeMutableRawBufferPointer(rebasing: all[1...]).copyBytes(from: image)
            bytes = UnsafeRawBufferPointer(rebasing: all[1...])
        }

        deinit { all.deallocate() }
    }
}
